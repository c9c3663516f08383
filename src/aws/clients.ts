/** Clients of DataSync, EFS and S3, with the SDK's default credential chain. */
import { DataSyncClient } from '@aws-sdk/client-datasync';
import { EFSClient } from '@aws-sdk/client-efs';
import { S3Client } from '@aws-sdk/client-s3';
import type { AwsSettings } from '../spec/aws-schema.ts';

export interface AwsClients {
  /** Retries: for idempotent calls. */
  readonly datasync: DataSyncClient;
  /**
   * Sends each request once: for calls that create or start. DataSync has no idempotency tokens, so a
   * retry after a lost reply would create a second agent, location, task or execution.
   */
  readonly datasyncOnce: DataSyncClient;
  /** Retries: EFS's create calls carry idempotency tokens. */
  readonly efs: EFSClient;
  readonly s3: S3Client;
  dispose(): void;
}

export interface ClientOptions {
  /** Transport; HTTPS when absent. Tests answer requests in the same process. */
  readonly requestHandler?: DataSyncClient['config']['requestHandler'];
  /** Attempts of the clients that retry; the SDK's default when absent. */
  readonly maxAttempts?: number;
  /** Replaces the default chain; for a sandbox, which does not check credentials. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Sends nothing: a wrong region or missing credentials fail at the first call. */
export function createAwsClients(
  { region, endpoints }: Pick<AwsSettings, 'region' | 'endpoints'>,
  options: ClientOptions = {},
): AwsClients {
  // The SDK's notice about future Node versions concerns developers of longhaul, not its users.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const at = (endpoint: string | undefined) => ({
    region,
    ...options,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const datasync = new DataSyncClient(at(endpoints.datasync));
  const datasyncOnce = new DataSyncClient({ ...at(endpoints.datasync), maxAttempts: 1 });
  const efs = new EFSClient(at(endpoints.efs));
  // Only AWS has a host name per bucket.
  const s3 = new S3Client({ ...at(endpoints.s3), forcePathStyle: endpoints.s3 !== undefined });
  return {
    datasync,
    datasyncOnce,
    efs,
    s3,
    dispose: () => [datasync, datasyncOnce, efs, s3].forEach((client) => client.destroy()),
  };
}
