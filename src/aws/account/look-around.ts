/** What surrounds a migration in its account: identity, network, key, roles, quota. Changes nothing. */
import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { GetServiceQuotaCommand, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { TASK_QUOTA_CODE } from '../../policy/datasync/layout.ts';
import type { KnownOfAccount } from '../../policy/account/facts.ts';
import type { KeyFacts, Surroundings } from '../../policy/account/surroundings.ts';
import type { LookClients } from './look-clients.ts';
import { lookAtNetwork } from './look-network.ts';
import { unless } from '../provision/look-efs.ts';
import { told } from './told.ts';

/** All at once; none that fails keeps the others. Throws only what is our own mistake. */
export async function lookAround(
  clients: LookClients,
  known: KnownOfAccount,
): Promise<Surroundings> {
  const { wanted, fileSystem } = known;
  const key = fileSystem === undefined ? wanted.kmsKey : fileSystem.kmsKey;
  const [identity, network, keyFacts, trusts, taskQuota] = await Promise.all([
    told(() => identityOf(clients.sts)),
    lookAtNetwork(clients.ec2, known),
    key === undefined ? undefined : told(() => keyOf(clients.kms, key)),
    trustsOf(clients.iam, wanted.roles),
    told(() => taskQuotaOf(clients.quotas)),
  ]);
  return { identity, ...network, key: keyFacts, trusts, taskQuota };
}

async function identityOf(sts: STSClient): Promise<{ account: string; arn: string }> {
  const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  return { account: Account, arn: Arn };
}

async function keyOf(kms: KMSClient, KeyId: string): Promise<KeyFacts | undefined> {
  const answer = await unless('NotFoundException', () =>
    kms.send(new DescribeKeyCommand({ KeyId })),
  );
  if (answer?.KeyMetadata === undefined) return undefined;
  const { Arn = KeyId, KeyManager, KeyState = 'unknown', KeySpec } = answer.KeyMetadata;
  return {
    arn: Arn,
    manager: KeyManager === 'AWS' ? 'AWS' : 'CUSTOMER',
    state: KeyState,
    spec: KeySpec ?? 'unknown',
  };
}

async function trustsOf(iam: IAMClient, roles: readonly string[]): Promise<Surroundings['trusts']> {
  const all = roles.map(async (role) => [role, await told(() => trustOf(iam, role))] as const);
  return Object.fromEntries(await Promise.all(all));
}

async function trustOf(iam: IAMClient, role: string): Promise<string | undefined> {
  const RoleName = role.split('/').at(-1);
  const answer = await unless('NoSuchEntityException', () =>
    iam.send(new GetRoleCommand({ RoleName })),
  );
  if (answer === undefined) return undefined;
  return decodeURIComponent(answer.Role?.AssumeRolePolicyDocument ?? '');
}

async function taskQuotaOf(quotas: ServiceQuotasClient): Promise<number> {
  const { Quota } = await quotas.send(
    new GetServiceQuotaCommand({ ServiceCode: 'datasync', QuotaCode: TASK_QUOTA_CODE }),
  );
  return Quota?.Value ?? 0;
}
