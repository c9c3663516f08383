/** The checks of an account: one row for each thing that can be wrong. */
import { describe, expect, test } from '@jest/globals';
import { checkAccount } from '../../src/policy/account-checks.ts';
import type { AccountFacts } from '../../src/policy/account-facts.ts';
import { renderAccount } from '../../src/policy/account-text.ts';
import { fileSystemPolicy } from '../../src/policy/iam-roles.ts';

const ROLE = 'arn:aws:iam::111122223333:role/efs';
const READY: AccountFacts = {
  wanted: {
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
  },
  agents: [
    {
      called: 'site-a',
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

/** What an account that is ready leaves open: what no call of DataSync or EFS tells. */
const OPEN = ['not known: security groups', 'not known: free addresses', 'not known: trust of efs'];

describe('an account', () => {
  test('that is ready has only open what the API does not tell', () => {
    expect(verdictsOf(READY)).toEqual(OPEN);
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
  ])('%s', (verdict, change) => {
    const found = verdictsOf({ ...READY, ...change });

    expect(found).toContain(verdict);
    expect(found.length).toBeLessThanOrEqual(OPEN.length + 2);
  });

  test('without the agent of the spec says so, and asks nothing more of it', () => {
    expect(verdictsOf({ ...READY, agents: [{ called: 'site-b' }] })).toEqual([
      'wrong: agent site-b',
      ...OPEN,
    ]);
  });

  test('with a mount target in another subnet names the zones it must be in', () => {
    const facts = { ...READY, ...wanted({ subnets: ['subnet-9'] }) };

    const check = checkAccount(facts).find((each) => each.check === 'mount target');

    expect(check).toMatchObject({
      verdict: 'not known',
      found: expect.stringContaining('zones a'),
    });
    expect(check?.fix).toContain('subnet-9');
  });

  test('that gives root to somebody else is wrong', () => {
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

  test('needs four addresses for each task', () => {
    const facts = { ...READY, ...wanted({ layout: 'task-per-chunk', chunks: 40 }) };

    const check = checkAccount(facts).find((each) => each.check === 'free addresses');

    expect(check?.found).toMatch(/^160 are needed in subnet-1/);
  });

  test('has a fix for everything that is not fine, and is readable', () => {
    const checks = checkAccount({ ...READY, ...agent({ status: 'OFFLINE' }) });

    expect(checks.filter(({ verdict, fix }) => verdict !== 'fine' && !fix)).toEqual([]);
    expect(renderAccount(checks)).toMatch(/^ {2}WRONG +agent site-a +OFFLINE$/m);
    expect(renderAccount(checks)).toMatch(/^ {2}agent site-a: Start the VM/m);
  });
});
