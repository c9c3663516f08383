/** `longhaul assess` reads EC2, IAM, KMS and STS: tested against moto, an independent implementation. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand } from '@aws-sdk/client-kms';
import { describeContext } from '../../../src/aws/account/account-context.ts';
import {
  createContextClients,
  type ContextClients,
} from '../../../src/aws/account/context-clients.ts';
import { checkAccount } from '../../../src/policy/account/checks.ts';
import type {
  ResourceFacts,
  WantedFacts,
  AccountCheck,
} from '../../../src/policy/account/facts.ts';
import { startMoto, type Moto } from '../../support/aws/moto.ts';

const REGION = 'eu-central-1';
const ACCOUNT = '123456789012'; // moto's
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
let moto: Moto;
let clients: ContextClients;
beforeAll(async () => {
  moto = await startMoto();
  clients = clientsAt(moto.endpoint);
}, 400_000);
afterAll(() => {
  clients.dispose();
  moto.stop();
});

function clientsAt(endpoint: string): ContextClients {
  const endpoints = {
    ec2: endpoint,
    iam: endpoint,
    kms: endpoint,
    serviceQuotas: endpoint,
    sts: endpoint,
  };
  return createContextClients({ region: REGION, endpoints }, { credentials, maxAttempts: 1 });
}

/** A network with a subnet of 16 addresses, 11 of them free. */
async function network(tenancy: 'default' | 'dedicated' = 'default') {
  const { ec2 } = clients;
  const { Vpc } = await ec2.send(
    new CreateVpcCommand({ CidrBlock: '10.1.0.0/16', InstanceTenancy: tenancy }),
  );
  const VpcId = Vpc?.VpcId ?? '';
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId, CidrBlock: '10.1.1.0/28', AvailabilityZone: `${REGION}a` }),
  );
  return { vpc: VpcId, subnet: Subnet?.SubnetId ?? '' };
}

async function group(VpcId: string, GroupName: string): Promise<string> {
  const Description = GroupName;
  const made = await clients.ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName, Description }),
  );
  return made.GroupId ?? '';
}

/** Lets NFS into `to` from `from`. */
const letIn = (to: string, from: string) =>
  clients.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: to,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: 2049,
          ToPort: 2049,
          UserIdGroupPairs: [{ GroupId: from }],
        },
      ],
    }),
  );

async function role(RoleName: string, Condition: object): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'datasync.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition,
      },
    ],
  };
  const AssumeRolePolicyDocument = JSON.stringify(trust);
  const { Role } = await clients.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
  );
  return Role?.Arn ?? '';
}

const GUARDED = {
  StringEquals: { 'aws:SourceAccount': ACCOUNT },
  ArnLike: { 'aws:SourceArn': `arn:aws:datasync:${REGION}:${ACCOUNT}:*` },
};

function known(wanted: Partial<WantedFacts>): ResourceFacts {
  return {
    wanted: {
      region: REGION,
      account: ACCOUNT,
      agents: ['site-a'],
      agentMemoryGiB: 32,
      entriesPerExecution: 1000,
      chunks: 1,
      layout: 'pool',
      taskQuota: 100,
      filterCharacters: 10,
      create: true,
      roles: [],
      subnets: ['subnet-0a1b2c3d'],
      securityGroups: ['sg-0a1b2c3d'],
      mountTargetSecurityGroups: ['sg-0a1b2c3d'],
      ...wanted,
    },
    agents: [],
    replicatedTo: false,
    mountTargets: [],
    tasks: [],
    otherTasks: 0,
    clockSkewMs: 0,
  };
}

/** Returns all checks of an account with these settings. */
async function verdicts(wanted: Partial<WantedFacts>, from = clients): Promise<AccountCheck[]> {
  const facts = known(wanted);
  return [...checkAccount({ ...facts, context: await describeContext(from, facts) })];
}
const verdictOf = (checks: readonly AccountCheck[], check: string): string | undefined =>
  checks.find((each) => each.check === check)?.verdict;

describe('an account in moto', () => {
  test('that is ready has only fine checks', async () => {
    const { vpc, subnet } = await network();
    const [ours, theirs] = [await group(vpc, 'datasync'), await group(vpc, 'efs')];
    await letIn(theirs, ours);
    const { VpcEndpoint } = await clients.ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpc,
        ServiceName: `com.amazonaws.${REGION}.datasync`,
        VpcEndpointType: 'Interface',
        PrivateDnsEnabled: false,
      }),
    );
    const { KeyMetadata } = await clients.kms.send(new CreateKeyCommand({}));
    await clients.kms.send(
      new CreateAliasCommand({ AliasName: 'alias/good', TargetKeyId: KeyMetadata?.KeyId }),
    );

    const checks = await verdicts({
      subnets: [subnet],
      securityGroups: [ours],
      mountTargetSecurityGroups: [theirs],
      vpcEndpoint: VpcEndpoint?.VpcEndpointId,
      kmsKey: `arn:aws:kms:${REGION}:${ACCOUNT}:alias/good`,
      roles: [await role('guarded', GUARDED)],
    });

    expect(
      Object.fromEntries(
        [
          'free addresses',
          'tenancy of the network',
          'security groups',
          'VPC endpoint',
          'key',
          'trust of guarded',
          'credentials',
        ].map((check) => [check, verdictOf(checks, check)]),
      ),
    ).toEqual({
      'free addresses': 'fine',
      'tenancy of the network': 'fine',
      'security groups': 'fine',
      'VPC endpoint': 'fine',
      key: 'fine',
      'trust of guarded': 'fine',
      credentials: 'fine',
    });
    expect(checks.find(({ check }) => check === 'free addresses')?.found).toBe(
      `5 are needed in ${subnet}, four per task, one for a mount target; 11 are free`,
    );
    expect(checks.find(({ check }) => check === 'key')?.found).toContain(KeyMetadata?.Arn);
  });

  test('that is not ready has a wrong check per problem', async () => {
    const { vpc, subnet } = await network('dedicated');
    const [ours, theirs] = [await group(vpc, 'datasync'), await group(vpc, 'efs')];
    const { KeyMetadata } = await clients.kms.send(new CreateKeyCommand({}));
    await clients.kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));

    const checks = await verdicts({
      account: '444455556666',
      layout: 'task-per-chunk',
      chunks: 9,
      subnets: [subnet],
      securityGroups: [ours],
      mountTargetSecurityGroups: [theirs],
      kmsKey: KeyMetadata?.Arn,
    });

    expect(checks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          check: 'free addresses',
          verdict: 'wrong',
          found: expect.stringContaining('37 are needed'),
        }),
        expect.objectContaining({ check: 'tenancy of the network', verdict: 'wrong' }),
        expect.objectContaining({
          check: 'security groups',
          verdict: 'wrong',
          fix: `aws ec2 authorize-security-group-ingress --group-id ${theirs} --protocol tcp --port 2049 --source-group ${ours}`,
        }),
        expect.objectContaining({
          check: 'key',
          verdict: 'wrong',
          found: expect.stringContaining('Disabled'),
        }),
        expect.objectContaining({ check: 'credentials', verdict: 'wrong' }),
      ]),
    );
  });

  test('has wrong checks, and no error, for resources that do not exist', async () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/nobody`;
    const checks = await verdicts({
      vpcEndpoint: 'vpce-0123456789abcdef0',
      kmsKey: `arn:aws:kms:${REGION}:${ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000000`,
      roles: [role],
    });

    const wrong = checks.filter(({ verdict }) => verdict === 'wrong').map(({ check }) => check);
    expect(wrong.sort()).toEqual(
      ['VPC endpoint', 'free addresses', 'key', 'security groups', 'trust of nobody'].sort(),
    );
  });

  test('has a warning for a role without a guard, and a wrong check for one of another account', async () => {
    const roles = [
      await role('open', {}),
      await role('others', { StringEquals: { 'aws:SourceAccount': '444455556666' } }),
    ];

    const checks = await verdicts({ roles });

    expect(['open', 'others'].map((name) => verdictOf(checks, `trust of ${name}`))).toEqual([
      'warning',
      'wrong',
    ]);
  });
});

test('a service that does not answer makes checks unknown, with the reason and a command', async () => {
  const silent = clientsAt('http://127.0.0.1:9');
  const roles = [`arn:aws:iam::${ACCOUNT}:role/efs`];
  const kmsKey = `arn:aws:kms:${REGION}:${ACCOUNT}:alias/good`;

  const checks = await verdicts({ roles, kmsKey }, silent);
  silent.dispose();

  const open = checks.filter(({ verdict }) => verdict === 'not known');
  expect(open.map(({ check }) => check)).toEqual(
    expect.arrayContaining([
      'free addresses',
      'tenancy of the network',
      'security groups',
      'key',
      'trust of efs',
      'tasks',
      'credentials',
    ]),
  );
  const asked = open.filter(({ found }) => found.includes('ECONNREFUSED'));
  expect(asked).toHaveLength(7);
  expect(asked.filter(({ fix }) => !fix?.startsWith('aws '))).toEqual([]);
});
