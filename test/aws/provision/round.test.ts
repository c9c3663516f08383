/** Provisioning and teardown against the sandbox, interrupted at every call. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { AwsClients } from '../../../src/aws/clients.ts';
import { toProvisionSpec } from '../../../src/aws/provision/desired.ts';
import { type LocationSpec, dataSyncSpec } from '../../../src/spec/kinds.ts';
import { planNow, provisionRound } from '../../../src/aws/provision/round.ts';
import { type ProvisionJob } from '../../../src/protocol/provision.ts';
import { AgentMonitor } from '../../../src/engines/datasync/service/agents.ts';
import { DataSyncApi } from '../../../src/engines/datasync/service/api.ts';
import { EfsDestination } from '../../../src/engines/datasync/service/efs-destination.ts';
import { ResourceMemory } from '../../../src/engines/datasync/service/resource-memory.ts';
import { chunkTask } from '../../../src/engines/datasync/service/tasks.ts';
import type { ProvisionStep } from '../../../src/policy/provision/steps.ts';
import {
  createSandbox,
  type SandboxOptions,
  type SandboxWorld,
} from '../../../src/sandbox/sandbox.ts';
import { parseSpec } from '../../../src/spec/parse.ts';
import { cutAt, MOMENTS, type Moment } from '../../support/aws/cut-clients.ts';
import { clientsOf } from '../../support/aws/datasync-bench.ts';
import { scratchDirectory } from '../../support/trees/scratch.ts';

const ROLE = 'arn:aws:iam::111122223333:role';
const SPEC = `name: acme
engine: datasync
source: { kind: nfs, server: nfs.example, export: /data, agents: [site-a, site-b] }
destination:
  kind: efs
  create: { kmsKey: "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000" }
  directory: /new
  accessRole: ${ROLE}/efs
  subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e]
  securityGroups: [sg-0a1b2c3d]
stateDirectory: /state
aws:
  region: eu-central-1
  account: "111122223333"
  tags: { owner: storage }
  s3Locations:
    - { bucket: archive, prefix: old, storageClass: deep-archive, accessRole: "${ROLE}/archive" }
  reports: { bucket: evidence, writeRole: "${ROLE}/reports" }
`;

let root: string;
let sandbox: SandboxWorld;
const opened: AwsClients[] = [];

beforeEach(() => {
  root = scratchDirectory('provision-');
  mkdirSync(join(root, 'nfs/nfs.example/data'), { recursive: true });
});
afterEach(() => {
  for (const clients of opened.splice(0)) clients.dispose();
  rmSync(root, { recursive: true, force: true });
});

function open(options: Partial<SandboxOptions> = {}): void {
  sandbox = createSandbox({
    root,
    time: 'virtual',
    agents: [{ name: 'site-a' }, { name: 'site-b' }],
    ...options,
  });
}

function clients(): AwsClients {
  const made = clientsOf(sandbox);
  opened.push(made);
  return made;
}

function spec(text = SPEC): LocationSpec {
  const { spec: parsed, problems } = parseSpec(text);
  if (parsed === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  return toProvisionSpec(dataSyncSpec(parsed));
}

const provisioning = (text?: string): ProvisionJob => ({
  mode: 'provision',
  spec: spec(text),
  done: false,
});

/** Runs rounds until no step is due or waiting. */
async function run(job: ProvisionJob, through = clients()): Promise<readonly ProvisionStep[]> {
  const signal = new AbortController().signal;
  for (let rounds = 0; rounds < 60; rounds++) {
    const { applied, steps } = await provisionRound(through, job, {
      signal,
      onApplied: () => undefined,
    });
    if (applied.length === 0 && !steps.some(({ state }) => state === 'waiting')) return steps;
    sandbox.advance(300_000);
  }
  throw new Error('it never came to an end');
}

/** The existing resources by kind. */
const census = () => ({
  fileSystems: sandbox.efs.fileSystems.size,
  mountTargets: [...sandbox.efs.mountTargets.values()].map(({ subnetId }) => subnetId).sort(),
  accessPoints: sandbox.efs.accessPoints.size,
  locations: [...sandbox.world.locations.values()].map(({ kind }) => kind).sort(),
  tasks: [...sandbox.world.tasks.values()].map(({ name }) => name).sort(),
});

const WHOLE = {
  fileSystems: 1,
  mountTargets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
  accessPoints: 1,
  locations: ['efs', 'nfs', 'nfs', 's3'],
  tasks: ['longhaul/acme/lane-0/pool', 'longhaul/acme/lane-1/pool'],
};
const NOTHING = { fileSystems: 0, mountTargets: [], accessPoints: 0, locations: [], tasks: [] };

describe('provisioning', () => {
  test('creates every resource of the spec once', async () => {
    open();

    const steps = await run(provisioning());

    expect(steps.filter(({ state }) => state !== 'there')).toEqual([]);
    expect(census()).toEqual(WHOLE);
    const again = await provisionRound(clients(), provisioning(), {
      signal: new AbortController().signal,
      onApplied: () => undefined,
    });
    expect(again.applied).toEqual([]);
  });

  test('encrypts with the key from the first call, with elastic throughput, backups and a policy', async () => {
    open();

    await run(provisioning());

    const [fileSystem] = sandbox.efs.fileSystems.values();
    expect(fileSystem).toMatchObject({
      fields: {
        Encrypted: true,
        KmsKeyId: expect.stringContaining(':key/0a1b2c3d'),
        ThroughputMode: 'elastic',
        PerformanceMode: 'generalPurpose',
      },
      backup: 'ENABLED',
      lifecycle: [],
    });
    expect(fileSystem?.tags).toEqual(
      expect.arrayContaining([
        { Key: 'longhaul:migration', Value: 'acme' },
        { Key: 'owner', Value: 'storage' },
      ]),
    );
    const policy = JSON.parse(fileSystem?.policy ?? '') as { Statement: { Sid: string }[] };
    expect(policy.Statement.map(({ Sid }) => Sid)).toEqual(['TlsOnly', 'DataSyncAsRoot']);
    const [point] = sandbox.efs.accessPoints.values();
    expect(point?.fields).not.toHaveProperty('PosixUser');
    const efs = [...sandbox.world.locations.values()].find(({ kind }) => kind === 'efs');
    expect(efs?.fields).toMatchObject({
      InTransitEncryption: 'TLS1_2',
      FileSystemAccessRoleArn: `${ROLE}/efs`,
      Subdirectory: '/',
    });
  });

  test('creates an S3 location with its storage class and role', async () => {
    open();

    await run(provisioning());

    const s3 = [...sandbox.world.locations.values()].find(({ kind }) => kind === 's3');
    expect(s3?.fields).toEqual({
      S3BucketArn: 'arn:aws:s3:::archive',
      Subdirectory: '/old/',
      S3StorageClass: 'DEEP_ARCHIVE',
      S3Config: { BucketAccessRoleArn: `${ROLE}/archive` },
    });
    expect(sandbox.world.tags.get(s3?.arn ?? '')).toContainEqual({
      Key: 'longhaul:migration',
      Value: 'acme',
    });
  });

  test('adopts a location of others only when it is equal to the desired one', async () => {
    open();
    await run(provisioning());
    const { locations, tags } = sandbox.world;
    const [arn = '', good] = [...locations].find(([, { kind }]) => kind === 'efs') ?? [];
    tags.set(arn, []);
    const adopted = async (change: object): Promise<string | undefined> => {
      if (good === undefined) throw new Error('there is no location of EFS');
      locations.set(arn, { ...good, fields: { ...good.fields, ...change } });
      const steps = await planNow(clients(), provisioning());
      return steps.find(({ what }) => what === 'EFS location')?.state;
    };

    expect(await adopted({})).toBe('there');
    expect(await adopted({ InTransitEncryption: 'NONE' })).toBe('to do');
    expect(await adopted({ FileSystemAccessRoleArn: `${ROLE}/other` })).toBe('to do');
    expect(
      await adopted({
        Ec2Config: {
          SubnetArn: 'arn:aws:ec2:eu-central-1:111122223333:subnet/subnet-0a1b2c3f',
          SecurityGroupArns: ['arn:aws:ec2:eu-central-1:111122223333:security-group/sg-0a1b2c3d'],
        },
      }),
    ).toBe('to do');
  });

  test('planning changes nothing', async () => {
    open();

    const steps = await planNow(clients(), provisioning());

    expect(census()).toEqual(NOTHING);
    expect(steps.map(({ what, state }) => `${state}: ${what}`)).toEqual([
      'there: agent site-a',
      'there: agent site-b',
      'to do: file system',
      'later: backup policy',
      'later: file-system policy',
      'later: lifecycle',
      'later: mount target in subnet-0a1b2c3d',
      'later: mount target in subnet-0a1b2c3e',
      'later: access point',
      'to do: NFS location of lane 0',
      'to do: NFS location of lane 1',
      'later: EFS location',
      'to do: S3 location s3://archive/old/',
      'later: task of lane 0',
      'later: task of lane 1',
    ]);
  });

  test('refuses an agent that does not exist', async () => {
    open({ agents: [{ name: 'site-a' }] });

    const steps = await run(provisioning());

    expect(steps.find(({ state }) => state === 'refused')).toMatchObject({
      what: 'agent site-b',
      fix: expect.stringContaining('Activate it'),
    });
    expect(census()).toMatchObject({ fileSystems: 1, tasks: ['longhaul/acme/lane-0/pool'] });
  });

  test('waits while new mount targets make tasks unavailable', async () => {
    open({ flapping: true });

    const steps = await run(provisioning());

    expect(steps.every(({ state }) => state === 'there')).toBe(true);
  });

  test('keeps a policy to which a statement for clients was added', async () => {
    open();
    await run(provisioning());
    const [fileSystem] = sandbox.efs.fileSystems.values();
    const policy = JSON.parse(fileSystem?.policy ?? '') as { Statement: object[] };
    policy.Statement.push({
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
      Condition: { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true' } },
    });
    fileSystem!.policy = JSON.stringify(policy);

    const steps = await run(provisioning());

    expect(steps.every(({ state }) => state === 'there')).toBe(true);
    expect(fileSystem?.policy).toBe(JSON.stringify(policy));
  });

  test('refuses a policy that allows access without TLS, and does not replace it', async () => {
    open();
    await run(provisioning());
    const [fileSystem] = sandbox.efs.fileSystems.values();
    fileSystem!.policy = '{"Statement":[]}';

    const steps = await run(provisioning());

    expect(steps.find(({ state }) => state === 'refused')).toMatchObject({
      what: 'file-system policy',
      because: 'it allows access without TLS',
    });
    expect(fileSystem?.policy).toBe('{"Statement":[]}');
  });

  test('sets the lifecycle only when the migration is done', async () => {
    open();
    const text = SPEC.replace('create: {', 'create: { infrequentAccessAfterDays: 30,');
    await run(provisioning(text));
    const [fileSystem] = sandbox.efs.fileSystems.values();
    expect(fileSystem?.lifecycle).toEqual([]);

    await run({ mode: 'provision', spec: spec(text), done: true });

    expect(fileSystem?.lifecycle).toEqual([{ TransitionToIA: 'AFTER_30_DAYS' }]);
  });

  test('refuses an unencrypted file system with its creation token', async () => {
    open();
    await run(provisioning());
    const [fileSystem] = sandbox.efs.fileSystems.values();
    fileSystem!.fields = { ...fileSystem!.fields, Encrypted: false };

    const steps = await run(provisioning());

    expect(steps.find(({ what }) => what === 'file system')).toMatchObject({
      state: 'refused',
      because: `${fileSystem?.id} is not encrypted`,
    });
  });

  test('continues after throttling, errors after the effect, and lost replies', async () => {
    open({
      faults: {
        faults: [
          { call: 'CreateFileSystem', nth: 1, reply: 'lost' },
          { call: 'CreateMountTarget', nth: 1, reply: 'internal' },
          { call: 'CreateAccessPoint', nth: 1, reply: 'lost' },
          { call: 'CreateLocationNfs', nth: 1, reply: 'lost' },
          { call: 'CreateLocationEfs', nth: 1, reply: 'internal' },
          { call: 'CreateTask', nth: 1, reply: 'lost' },
          { call: 'ListLocations', nth: 2, reply: 'throttled' },
        ],
      },
    });

    let failures = 0;
    for (let tries = 0; tries < 10; tries++) {
      try {
        await run(provisioning());
        break;
      } catch (error) {
        failures++;
        expect(['LINK_DOWN', 'BUSY']).toContain((error as { code: string }).code);
      }
    }

    expect(failures).toBeGreaterThan(0);
    expect(census()).toEqual(WHOLE);
  });
});

test('the engine uses the resources that provisioning created', async () => {
  open();
  await run(provisioning());
  const through = clients();
  const api = new DataSyncApi(through);
  const time = {
    now: () => sandbox.world.clock.now(),
    sleep: (ms: number) => Promise.resolve(sandbox.advance(ms)),
  };
  const whole = dataSyncSpec(parseSpec(SPEC).spec!);
  const agents = new AgentMonitor(api, whole.source.agents, time, 60_000);
  const options = {
    spec: whole,
    clients: through,
    directory: root,
    chunkCount: () => 3,
    onExecutionEnded: () => undefined,
    directoriesIn: () => Promise.resolve([]),
    time,
  };

  const memory = new ResourceMemory(root, time);
  const destination = new EfsDestination(options);
  const services = { options, api, agents, memory, destination };

  const arn = await chunkTask(services, 1, '0000', new AbortController().signal);

  expect(sandbox.world.tasks.get(arn)?.name).toBe('longhaul/acme/lane-1/pool');
  expect(census()).toEqual(WHOLE);
  const efs = [...sandbox.world.locations.values()].filter(({ kind }) => kind === 'efs');
  expect(efs).toHaveLength(1);
});

describe('teardown', () => {
  const tearing = (fileSystem?: string): ProvisionJob => ({
    mode: 'teardown',
    spec: spec(),
    ...(fileSystem === undefined ? {} : { fileSystem }),
  });

  test('deletes tasks and locations, and keeps the file system', async () => {
    open();
    await run(provisioning());

    const steps = await run(tearing());

    expect(census()).toEqual({ ...WHOLE, locations: [], tasks: [] });
    expect(steps.map(({ because }) => because)).toEqual([
      expect.stringMatching(/^fs-.* is kept: the command did not name it$/),
    ]);
  });

  test('deletes the file system only when it is named', async () => {
    open();
    await run(provisioning());
    const [id = ''] = sandbox.efs.fileSystems.keys();

    const wrong = await run(tearing('fs-00000000'));
    expect(wrong.find(({ state }) => state === 'refused')?.because).toBe(
      `it is ${id}, not fs-00000000`,
    );
    expect(census()).toEqual(WHOLE);

    await run(tearing(id));
    expect(census()).toEqual(NOTHING);
  });

  test('keeps resources of others', async () => {
    open();
    await run(provisioning());
    const [agent = ''] = sandbox.world.agents.keys();
    sandbox.world.locations.set(
      'arn:aws:datasync:eu-central-1:111122223333:location/loc-00000000000000000',
      {
        arn: 'arn:aws:datasync:eu-central-1:111122223333:location/loc-00000000000000000',
        kind: 'nfs',
        createdAt: 0,
        fields: {
          ServerHostname: 'nfs.example',
          Subdirectory: '/data',
          OnPremConfig: { AgentArns: [agent] },
        },
      },
    );
    sandbox.world.tags.set(
      'arn:aws:datasync:eu-central-1:111122223333:location/loc-00000000000000000',
      [],
    );

    await run(tearing());

    expect([...sandbox.world.locations.keys()]).toEqual([
      'arn:aws:datasync:eu-central-1:111122223333:location/loc-00000000000000000',
    ]);
  });
});

describe('cut at every call, and run again', () => {
  /** One agent and one subnet: every kind of call is in it. */
  const SMALL = SPEC.replace(', site-b', '').replace(', subnet-0a1b2c3e', '');
  const SMALL_WHOLE = {
    ...WHOLE,
    mountTargets: ['subnet-0a1b2c3d'],
    locations: ['efs', 'nfs', 's3'],
    tasks: ['longhaul/acme/lane-0/pool'],
  };

  async function callsOf(
    work: (through: AwsClients) => Promise<unknown>,
  ): Promise<readonly string[]> {
    const through = clients();
    const { calls } = cutAt(through);
    await work(through);
    return [...calls];
  }

  const isRead = (call: string): boolean => /^(Describe|List)/.test(call);

  /** A read changes nothing: its moments are one, and so are those of all reads in a row. */
  const momentsOf = (call: string, before = ''): readonly Moment[] => {
    if (!isRead(call)) return MOMENTS;
    return isRead(before) ? [] : ['after the reply'];
  };

  async function everyCut(
    prepare: () => unknown,
    work: (through: AwsClients) => Promise<unknown>,
    check: () => void,
  ): Promise<readonly string[]> {
    await prepare();
    const calls = await callsOf(work);
    for (const [i, call] of calls.entries()) {
      for (const moment of momentsOf(call, calls[i - 1])) await oneCut(i + 1, moment);
    }
    return calls.filter((call) => !isRead(call));

    async function oneCut(at: number, moment: Moment): Promise<void> {
      rmSync(join(root, 'efs'), { recursive: true, force: true });
      await prepare();
      const through = clients();
      cutAt(through, at, moment);
      await expect(work(through)).rejects.toThrow('cut');
      await work(clients());
      check();
      for (const each of opened.splice(0)) each.dispose();
    }
  }

  test('provisioning makes no duplicate', async () => {
    const changing = await everyCut(
      () => open(),
      (through) => run(provisioning(SMALL), through),
      () => expect(census()).toEqual(SMALL_WHOLE),
    );

    expect(changing).toEqual([
      'CreateFileSystemCommand',
      'CreateLocationNfsCommand',
      'CreateLocationS3Command',
      'PutFileSystemPolicyCommand',
      'CreateMountTargetCommand',
      'CreateAccessPointCommand',
      'CreateLocationEfsCommand',
      'CreateTaskCommand',
    ]);
  }, 300_000);

  test('teardown leaves nothing', async () => {
    const changing = await everyCut(
      async () => {
        open();
        await run(provisioning(SMALL));
      },
      (through) => {
        const [id] = sandbox.efs.fileSystems.keys();
        const job = { mode: 'teardown' as const, spec: spec(SMALL) };
        return run(id === undefined ? job : { ...job, fileSystem: id }, through);
      },
      () => expect(census()).toEqual(NOTHING),
    );

    expect(changing).toEqual([
      'DeleteTaskCommand',
      'DeleteLocationCommand',
      'DeleteLocationCommand',
      'DeleteLocationCommand',
      'DeleteAccessPointCommand',
      'DeleteMountTargetCommand',
      'DeleteFileSystemCommand',
    ]);
  }, 300_000);
});
