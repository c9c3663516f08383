/** Clients of DataSync, EFS and S3, by the SDK's default credential chain. */
import { DataSyncClient } from '@aws-sdk/client-datasync';
import { EFSClient } from '@aws-sdk/client-efs';
import { S3Client } from '@aws-sdk/client-s3';
import type { AwsSettings } from '../spec/aws-schema.ts';

export interface AwsClients {
  /** Repeats what failed on the way: for calls that may be made twice. */
  readonly datasync: DataSyncClient;
  /**
   * Sends each request once: for calls that create or start. DataSync knows no tokens, so a request
   * that is sent again after a lost reply would make a second agent, location, task or execution.
   */
  readonly datasyncOnce: DataSyncClient;
  /** EFS's creating calls carry tokens, and may be repeated. */
  readonly efs: EFSClient;
  readonly s3: S3Client;
  dispose(): void;
}

export interface ClientOptions {
  /** How requests travel; HTTPS when absent. Tests answer them in the same process. */
  readonly requestHandler?: DataSyncClient['config']['requestHandler'];
  /** Of the clients that repeat; the SDK's default when absent. */
  readonly maxAttempts?: number;
  /** Instead of the default chain; for a sandbox, which checks none. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Nothing is sent here; a wrong region or missing credentials show at the first call. */
export function createAwsClients(
  { region, endpoints }: Pick<AwsSettings, 'region' | 'endpoints'>,
  options: ClientOptions = {},
): AwsClients {
  // What the SDK says of next year's releases is for who updates it, not for who migrates.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const at = (endpoint: string | undefined) => ({
    region,
    ...options,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const datasync = new DataSyncClient(at(endpoints.datasync));
  const datasyncOnce = new DataSyncClient({ ...at(endpoints.datasync), maxAttempts: 1 });
  const efs = new EFSClient(at(endpoints.efs));
  // Other servers than AWS's have no host name for each bucket.
  const s3 = new S3Client({ ...at(endpoints.s3), forcePathStyle: endpoints.s3 !== undefined });
  return {
    datasync,
    datasyncOnce,
    efs,
    s3,
    dispose: () => [datasync, datasyncOnce, efs, s3].forEach((client) => client.destroy()),
  };
}
