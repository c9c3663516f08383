/** The checks of an account: one row per possible problem. */
import { describe, expect, test } from '@jest/globals';
import { checkAccount } from '../../../src/policy/account/checks.ts';
import type { AccountFacts } from '../../../src/policy/account/facts.ts';
import type { AccountContext, SecurityGroupFacts } from '../../../src/policy/account/context.ts';
import { renderAccount } from '../../../src/terminal/texts/account.ts';
import { fileSystemPolicy } from '../../../src/policy/iam/roles.ts';

const ROLE = 'arn:aws:iam::111122223333:role/efs';
const GROUP = (id: string, change: Partial<SecurityGroupFacts> = {}): SecurityGroupFacts => ({
  id,
  vpc: 'vpc-1',
  ingress: [],
  egress: [{ protocol: '-1', groups: [], cidrs: ['0.0.0.0/0'], prefixLists: [] }],
  ...change,
});
const NFS = { protocol: 'tcp', fromPort: 2049, toPort: 2049, cidrs: [], prefixLists: [] };
const CONTEXT: AccountContext = {
  identity: { value: { account: '111122223333', arn: 'arn:aws:iam::111122223333:user/u' } },
  subnets: {
    value: [{ id: 'subnet-1', vpc: 'vpc-1', zone: 'a', cidr: '10.0.1.0/24', freeAddresses: 200 }],
  },
  securityGroups: {
    value: [GROUP('sg-1'), GROUP('sg-2', { ingress: [{ ...NFS, groups: ['sg-1'] }] })],
  },
  tenancy: { value: 'default' },
  vpcEndpoint: {
    value: {
      state: 'available',
      service: 'com.amazonaws.eu-central-1.datasync',
      privateDns: false,
    },
  },
  key: {
    value: { arn: 'arn:key', manager: 'CUSTOMER', state: 'Enabled', spec: 'SYMMETRIC_DEFAULT' },
  },
  trusts: { [ROLE]: { value: trust({}) } },
  taskQuota: { value: 100 },
};

/** A trust policy with the condition. */
function trust(Condition: object): string {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'datasync.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': '111122223333' },
      ArnLike: { 'aws:SourceArn': 'arn:aws:datasync:eu-central-1:111122223333:*' },
      ...Condition,
    },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

const READY: AccountFacts = {
  wanted: {
    region: 'eu-central-1',
    account: '111122223333',
    agents: ['site-a'],
    vpcEndpoint: 'vpce-1',
    agentMemoryGiB: 32,
    entriesPerExecution: 500_000,
    chunks: 40,
    layout: 'auto',
    taskQuota: 100,
    filterCharacters: 900,
    create: true,
    accessRole: ROLE,
    roles: [ROLE],
    subnets: ['subnet-1'],
    securityGroups: ['sg-1'],
    mountTargetSecurityGroups: ['sg-2'],
  },
  context: CONTEXT,
  agents: [
    {
      specName: 'site-a',
      status: 'ONLINE',
      version: '1.2.3',
      endpointType: 'PRIVATE_LINK',
      vpcEndpoint: 'vpce-1',
    },
  ],
  fileSystem: {
    id: 'fs-1',
    arn: 'arn:fs-1',
    state: 'available',
    encrypted: true,
    kmsKey: 'arn:key',
    throughput: 'elastic',
    backup: true,
    policy: JSON.stringify(fileSystemPolicy({ accessRole: ROLE })),
    lifecycle: [],
    ours: true,
  },
  replicatedTo: false,
  mountTargets: [
    { id: 'fsmt-1', subnet: 'subnet-1', zone: 'a', state: 'available', securityGroups: ['sg-2'] },
  ],
  tasks: [{ arn: 'arn:task', status: 'AVAILABLE', source: '', destination: '', ours: true }],
  otherTasks: 3,
  clockSkewMs: 400,
};

const wanted = (change: Partial<AccountFacts['wanted']>): Partial<AccountFacts> => ({
  wanted: { ...READY.wanted, ...change },
});
const fileSystem = (change: object): Partial<AccountFacts> => ({
  fileSystem: { ...READY.fileSystem!, ...change },
});
const agent = (change: object): Partial<AccountFacts> => ({
  agents: [{ ...READY.agents[0]!, ...change }],
});

const verdictsOf = (facts: AccountFacts): string[] =>
  checkAccount(facts)
    .filter(({ verdict }) => verdict !== 'fine')
    .map(({ verdict, check }) => `${verdict}: ${check}`);

const context = (change: Partial<AccountContext>): Partial<AccountFacts> => ({
  context: { ...CONTEXT, ...change },
});
const REFUSED = { unavailable: 'AccessDenied: no' };
const subnet = (change: object): Partial<AccountFacts> =>
  context({ subnets: { value: [{ ...SUBNET, ...change }] } });
const SUBNET = {
  id: 'subnet-1',
  vpc: 'vpc-1',
  zone: 'a',
  cidr: '10.0.1.0/24',
  freeAddresses: 200,
};
const groups = (...value: SecurityGroupFacts[]): Partial<AccountFacts> =>
  context({ securityGroups: { value } });
const key = (change: object): Partial<AccountFacts> =>
  context({
    key: {
      value: {
        arn: 'arn:key',
        manager: 'CUSTOMER',
        state: 'Enabled',
        spec: 'SYMMETRIC_DEFAULT',
        ...change,
      },
    },
  });
const trusts = (policy: string): Partial<AccountFacts> =>
  context({ trusts: { [ROLE]: { value: policy } } });

describe('an account', () => {
  test('that is ready has only fine checks', () => {
    expect(verdictsOf(READY)).toEqual([]);
  });

  test.each<[string, Partial<AccountFacts>]>([
    ['wrong: agent site-a', agent({ status: 'OFFLINE', lastSeen: '2026-01-01T00:00:00Z' })],
    ['warning: endpoint of site-a', agent({ endpointType: 'PUBLIC' })],
    ['wrong: endpoint of site-a', agent({ vpcEndpoint: 'vpce-2' })],
    ['wrong: memory of the agents', wanted({ entriesPerExecution: 12_000_000 })],
    [
      'wrong: memory of the agents',
      wanted({ agentMemoryGiB: 64, entriesPerExecution: 26_000_000 }),
    ],
    ['not known: NFS server through the agents', { tasks: [] }],
    [
      'wrong: NFS server through the agents',
      {
        tasks: [
          { ...READY.tasks[0]!, status: 'UNAVAILABLE', error: 'mount.nfs: Connection timed out' },
        ],
      },
    ],
    ['wrong: file system', fileSystem({ state: 'error' })],
    ['wrong: encryption at rest', fileSystem({ encrypted: false })],
    ['warning: throughput', fileSystem({ throughput: 'bursting' })],
    ['wrong: replication', { replicatedTo: true }],
    ['warning: file-system policy', fileSystem({ policy: '{"Statement":[]}' })],
    ['warning: backups', fileSystem({ backup: false })],
    ['warning: lifecycle', fileSystem({ lifecycle: ['AFTER_30_DAYS'] })],
    ['wrong: access point', { accessPoint: { id: 'fsap-1', path: '/', enforcesUser: true } }],
    ['wrong: access point', wanted({ accessPoint: 'fsap-2' })],
    ['wrong: tasks', { ...wanted({ layout: 'task-per-chunk', chunks: 98 }) }],
    ['wrong: filters', wanted({ filterCharacters: 102_401 })],
    ['warning: clock of this machine', { clockSkewMs: -45_000 }],
    ['wrong: clock of this machine', { clockSkewMs: 301_000 }],
    ['not known: clock of this machine', { clockSkewMs: undefined }],
    ['not known: free addresses', context({ subnets: REFUSED })],
    ['wrong: free addresses', subnet({ freeAddresses: 3 })],
    ['wrong: free addresses', context({ subnets: { value: [] } })],
    ['wrong: tenancy of the network', context({ tenancy: { value: 'dedicated' } })],
    ['not known: tenancy of the network', context({ tenancy: REFUSED })],
    ['not known: security groups', context({ securityGroups: REFUSED })],
    ['wrong: security groups', groups(GROUP('sg-1'))],
    ['wrong: security groups', groups(GROUP('sg-1'), GROUP('sg-2'))],
    [
      'wrong: security groups',
      groups(
        GROUP('sg-1', { egress: [] }),
        GROUP('sg-2', { ingress: [{ ...NFS, groups: ['sg-1'] }] }),
      ),
    ],
    [
      'wrong: security groups',
      groups(
        GROUP('sg-1'),
        GROUP('sg-2', { vpc: 'vpc-2', ingress: [{ ...NFS, groups: ['sg-1'] }] }),
      ),
    ],
    [
      'not known: security groups',
      groups(
        GROUP('sg-1'),
        GROUP('sg-2', { ingress: [{ ...NFS, groups: [], prefixLists: ['pl-1'] }] }),
      ),
    ],
    ['warning: key', key({ manager: 'AWS' })],
    ['wrong: key', key({ state: 'PendingDeletion' })],
    ['wrong: key', key({ spec: 'RSA_2048' })],
    ['wrong: key', context({ key: { value: undefined } })],
    ['not known: key', context({ key: REFUSED })],
    ['wrong: trust of efs', context({ trusts: { [ROLE]: { value: undefined } } })],
    ['not known: trust of efs', context({ trusts: { [ROLE]: REFUSED } })],
    ['wrong: trust of efs', trusts('{"Statement":[]}')],
    ['warning: trust of efs', trusts(trust({ ArnLike: {} }))],
    ['wrong: trust of efs', wanted({ roles: ['arn:aws:iam::444455556666:role/efs'] })],
    ['wrong: tasks', context({ taskQuota: { value: 3 } })],
    ['not known: tasks', context({ taskQuota: REFUSED })],
    [
      'wrong: credentials',
      context({ identity: { value: { account: '444455556666', arn: 'arn:u' } } }),
    ],
    ['not known: credentials', context({ identity: REFUSED })],
    ['wrong: VPC endpoint', context({ vpcEndpoint: { value: undefined } })],
    ['not known: VPC endpoint', context({ vpcEndpoint: REFUSED })],
    [
      'warning: VPC endpoint',
      context({
        vpcEndpoint: {
          value: {
            state: 'available',
            service: 'com.amazonaws.eu-central-1.datasync',
            privateDns: true,
          },
        },
      }),
    ],
    [
      'wrong: VPC endpoint',
      context({
        vpcEndpoint: {
          value: {
            state: 'available',
            service: 'com.amazonaws.eu-central-1.s3',
            privateDns: false,
          },
        },
      }),
    ],
    ['not known: policy of the log group', wanted({ logGroup: 'arn:log' })],
  ])('%s', (verdict, change) => {
    const found = verdictsOf({ ...READY, ...change });

    expect(found).toContain(verdict);
    expect(found.length).toBeLessThanOrEqual(2);
  });

  test('without the agent of the spec has one wrong check for it', () => {
    expect(verdictsOf({ ...READY, agents: [{ specName: 'site-b' }] })).toEqual([
      'wrong: agent site-b',
    ]);
  });

  test.each<[string, string, Partial<AccountContext>]>([
    [
      'fine',
      'fsmt-1 in subnet-1, in the zone of subnet-9',
      { subnets: { value: [{ ...SUBNET, id: 'subnet-9' }] } },
    ],
    [
      'wrong',
      'none in b of subnet-9, only in a',
      { subnets: { value: [{ ...SUBNET, id: 'subnet-9', zone: 'b' }] } },
    ],
    ['not known', 'it must be in one of the zones a', { subnets: REFUSED }],
  ])('with a mount target in another subnet is %s: %s', (verdict, found, change) => {
    const facts = { ...READY, ...wanted({ subnets: ['subnet-9'] }), ...context(change) };

    const check = checkAccount(facts).find((each) => each.check === 'mount target');

    expect(check).toMatchObject({ verdict, found: expect.stringContaining(found) });
  });

  test('without a file system has its desired groups and key checked', () => {
    const facts = {
      ...READY,
      ...wanted({ kmsKey: 'arn:key' }),
      ...groups(GROUP('sg-1'), GROUP('sg-2')),
      fileSystem: undefined,
      mountTargets: [],
    };

    const found = checkAccount(facts).map(({ verdict, check }) => `${verdict}: ${check}`);

    expect(found).toContain('wrong: security groups');
    expect(found).toContain('fine: key');
  });

  test('without a customer managed key has a warning before the file system is created', () => {
    const facts = { ...READY, ...context({ key: undefined }), fileSystem: undefined };

    expect(checkAccount(facts).find(({ check }) => check === 'key')).toMatchObject({
      verdict: 'warning',
      fix: expect.stringContaining('destination.create.kmsKey'),
    });
  });

  test('allows one subnet per zone for a new file system', () => {
    const second = { ...SUBNET, id: 'subnet-2' };
    const subnets = { ...wanted({ subnets: ['subnet-1', 'subnet-2'] }) };
    const verdict = (zone: string): string | undefined =>
      checkAccount({
        ...READY,
        ...subnets,
        ...context({ subnets: { value: [SUBNET, { ...second, zone }] } }),
      }).find(({ check }) => check === 'zones of the subnets')?.verdict;

    expect([verdict('a'), verdict('b')]).toEqual(['wrong', 'fine']);
  });

  test('with a policy that gives root to others is wrong', () => {
    const policy = JSON.stringify({
      Statement: [
        ...fileSystemPolicy({ accessRole: ROLE }).Statement,
        { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'elasticfilesystem:Client*' },
      ],
    });

    const check = checkAccount({ ...READY, ...fileSystem({ policy }) }).find(
      (each) => each.check === 'root for DataSync',
    );

    expect(check).toMatchObject({ verdict: 'wrong', found: 'it gives root to *' });
  });

  test('needs four free addresses per missing task, and one for a missing mount target', () => {
    const many = { ...READY, ...wanted({ layout: 'task-per-chunk', chunks: 40 }) };
    const found = (facts: AccountFacts): string | undefined =>
      checkAccount(facts).find(({ check }) => check === 'free addresses')?.found;

    expect(found({ ...many, tasks: [] })).toBe(
      '160 are needed in subnet-1, four per task; 200 are free',
    );
    expect(found(many)).toMatch(/^156 are needed/);
    expect(found({ ...many, tasks: [], mountTargets: [] })).toMatch(
      /^161 .* one for a mount target/,
    );
  });

  test('has a fix for every check that is not fine', () => {
    const nothingAvailable: AccountContext = {
      identity: REFUSED,
      subnets: REFUSED,
      securityGroups: REFUSED,
      tenancy: REFUSED,
      vpcEndpoint: REFUSED,
      key: REFUSED,
      trusts: { [ROLE]: REFUSED },
      taskQuota: REFUSED,
    };
    const checks = checkAccount({
      ...READY,
      ...agent({ status: 'OFFLINE' }),
      context: nothingAvailable,
    });

    expect(checks.filter(({ found }) => found.includes(REFUSED.unavailable))).toHaveLength(8);
    expect(checks.filter(({ verdict, fix }) => verdict !== 'fine' && !fix)).toEqual([]);
    expect(renderAccount(checks)).toMatch(/^ {2}WRONG +agent site-a +OFFLINE$/m);
    expect(renderAccount(checks)).toMatch(/^ {2}agent site-a: Start the VM/m);
  });
});
