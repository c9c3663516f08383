/**
 * Clients of the services that only the assessment asks. Loaded by it alone: EC2's is large.
 * They give up soon, because what they do not tell is only not known.
 */
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsSettings } from '../../spec/aws-schema.ts';
import type { ClientOptions } from '../clients.ts';

export interface LookClients {
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly quotas: ServiceQuotasClient;
  readonly sts: STSClient;
  dispose(): void;
}

const CONNECT_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 15_000;

export function createLookClients(
  { region, endpoints }: Pick<AwsSettings, 'region' | 'endpoints'>,
  options: ClientOptions = {},
): LookClients {
  const at = (endpoint: string | undefined) => ({
    region,
    maxAttempts: 2,
    requestHandler: { connectionTimeout: CONNECT_WITHIN_MS, requestTimeout: ANSWER_WITHIN_MS },
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
