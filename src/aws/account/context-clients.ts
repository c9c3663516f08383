/**
 * Clients of the services that only the assessment calls, which loads them lazily: EC2's is large. Their
 * timeouts are short, because without an answer a check is only unknown.
 */
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsSettings } from '../../spec/aws-schema.ts';
import type { ClientOptions } from '../clients.ts';

export interface ContextClients {
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly quotas: ServiceQuotasClient;
  readonly sts: STSClient;
  dispose(): void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;

export function createContextClients(
  { region, endpoints }: Pick<AwsSettings, 'region' | 'endpoints'>,
  options: ClientOptions = {},
): ContextClients {
  const at = (endpoint: string | undefined) => ({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    ...options,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const clients = {
    ec2: new EC2Client(at(endpoints.ec2)),
    iam: new IAMClient(at(endpoints.iam)),
    kms: new KMSClient(at(endpoints.kms)),
    quotas: new ServiceQuotasClient(at(endpoints.serviceQuotas)),
    sts: new STSClient(at(endpoints.sts)),
  };
  return { ...clients, dispose: () => Object.values(clients).forEach((each) => each.destroy()) };
}
