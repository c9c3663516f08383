/** Reads the context of a migration in its account: identity, network, key, roles and quota. */
import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { TASK_QUOTA_CODE } from '../../policy/datasync/layout.ts';
import type { AccountContext, KeyFacts } from '../../policy/account/context.ts';
import type { ResourceFacts } from '../../policy/account/facts.ts';
import { ignoreError } from '../failures.ts';
import { answerOf } from './answer.ts';
import type { ContextClients } from './context-clients.ts';
import { describeNetwork } from './describe-network.ts';

/** Calls are independent: a failed one makes only its own answer unavailable. Throws only bugs of longhaul. */
export async function describeContext(
  clients: ContextClients,
  resources: ResourceFacts,
): Promise<AccountContext> {
  const { wanted, fileSystem } = resources;
  const key = fileSystem === undefined ? wanted.kmsKey : fileSystem.kmsKey;
  const [identity, network, keyFacts, trusts, taskQuota] = await Promise.all([
    answerOf(() => identityOf(clients.sts)),
    describeNetwork(clients.ec2, resources),
    key === undefined ? undefined : answerOf(() => keyOf(clients.kms, key)),
    trustsOf(clients.iam, wanted.roles),
    answerOf(() => taskQuotaOf(clients.quotas)),
  ]);
  return { identity, ...network, key: keyFacts, trusts, taskQuota };
}

async function identityOf(sts: STSClient): Promise<{ account: string; arn: string }> {
  const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  return { account: Account, arn: Arn };
}

async function keyOf(kms: KMSClient, KeyId: string): Promise<KeyFacts | undefined> {
  const response = await ignoreError('NotFoundException', () =>
    kms.send(new DescribeKeyCommand({ KeyId })),
  );
  if (response?.KeyMetadata === undefined) return undefined;
  const { Arn = KeyId, KeyManager, KeyState = 'unknown', KeySpec } = response.KeyMetadata;
  return {
    arn: Arn,
    manager: KeyManager === 'AWS' ? 'AWS' : 'CUSTOMER',
    state: KeyState,
    spec: KeySpec ?? 'unknown',
  };
}

async function trustsOf(
  iam: IAMClient,
  roles: readonly string[],
): Promise<AccountContext['trusts']> {
  const all = roles.map(async (role) => [role, await answerOf(() => trustOf(iam, role))] as const);
  return Object.fromEntries(await Promise.all(all));
}

async function trustOf(iam: IAMClient, role: string): Promise<string | undefined> {
  const RoleName = role.split('/').at(-1);
  const response = await ignoreError('NoSuchEntityException', () =>
    iam.send(new GetRoleCommand({ RoleName })),
  );
  if (response === undefined) return undefined;
  return decodeURIComponent(response.Role?.AssumeRolePolicyDocument ?? '');
}

async function taskQuotaOf(quotas: ServiceQuotasClient): Promise<number> {
  const { Quota } = await quotas.send(
    new GetServiceQuotaCommand({ ServiceCode: 'datasync', QuotaCode: TASK_QUOTA_CODE }),
  );
  return Quota?.Value ?? 0;
}
