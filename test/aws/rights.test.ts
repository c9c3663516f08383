/**
 * The policies of `longhaul iam-policy` allow what the commands call: each call of an assessment, of
 * provisioning and of a teardown is recorded, and must be an action of its phases.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeResourceFacts } from '../../src/aws/account/resource-facts.ts';
import { createAwsClients, type AwsClients } from '../../src/aws/clients.ts';
import { toIamFacts } from '../../src/aws/iam-facts.ts';
import { describeContext } from '../../src/aws/account/account-context.ts';
import {
  createContextClients,
  type ContextClients,
} from '../../src/aws/account/context-clients.ts';
import { toProvisionSpec } from '../../src/aws/provision/desired.ts';
import { provisionRound } from '../../src/aws/provision/round.ts';
import { type ProvisionJob } from '../../src/protocol/provision.ts';
import { IAM_PHASES, type IamPhase } from '../../src/policy/iam/phases.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { dataSyncSpec, type DataSyncSpec } from '../../src/spec/kinds.ts';
import { parseSpec } from '../../src/spec/parse.ts';

const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000';
const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
const calls = new Set<string>();
let root: string;
let sandbox: Sandbox;
let clients: AwsClients;
let contextClients: ContextClients;
let spec: DataSyncSpec;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'longhaul-rights-'));
  mkdirSync(join(root, 'nfs/nfs.example/data'), { recursive: true });
  sandbox = await startSandbox({ root, time: 'virtual', agents: [{ name: 'site-a' }] });
  const { endpoint: at } = sandbox;
  const endpoints = {
    datasync: at,
    efs: at,
    ec2: at,
    iam: at,
    kms: at,
    serviceQuotas: at,
    sts: at,
  };
  const parsed = parseSpec(`name: acme
engine: datasync
source: { kind: nfs, server: nfs.example, export: /data, agents: [site-a] }
destination:
  kind: efs
  create: { kmsKey: "${KEY}" }
  directory: /new
  accessRole: arn:aws:iam::111122223333:role/efs
  subnets: [subnet-0a1b2c3d]
  securityGroups: [sg-0a1b2c3d]
stateDirectory: /state
aws:
  region: eu-central-1
  account: "111122223333"
  layout: pool
  vpcEndpoint: { id: vpce-0123456789abcdef0, subnet: subnet-0a1b2c3d, securityGroup: sg-0a1b2c3d }
  s3Locations: [{ bucket: archive, prefix: old, accessRole: "arn:aws:iam::111122223333:role/archive" }]
  reports: { bucket: evidence, writeRole: "arn:aws:iam::111122223333:role/reports" }
`).spec;
  if (parsed === undefined) throw new Error('the spec is none');
  spec = { ...dataSyncSpec(parsed) };
  clients = createAwsClients({ region: 'eu-central-1', endpoints }, { credentials });
  contextClients = createContextClients({ region: 'eu-central-1', endpoints }, { credentials });
  for (const client of [...Object.values(clients), ...Object.values(contextClients)] as unknown[])
    if (typeof client === 'object') record(client as Recorded);
});
afterAll(async () => {
  clients.dispose();
  contextClients.dispose();
  await sandbox.close();
  rmSync(root, { recursive: true, force: true });
});

interface Recorded {
  readonly config: { readonly serviceId: string };
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: object) => Promise<object>,
        context: { readonly commandName?: string },
      ) => (args: object) => Promise<object>,
      options: { readonly step: 'initialize' },
    ): void;
  };
}

const PREFIXES: Readonly<Record<string, string>> = {
  DataSync: 'datasync',
  EFS: 'elasticfilesystem',
  EC2: 'ec2',
  IAM: 'iam',
  KMS: 'kms',
  'Service Quotas': 'servicequotas',
  STS: 'sts',
  S3: 's3',
};

function record({ config, middlewareStack }: Recorded): void {
  middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        calls.add(`${PREFIXES[config.serviceId] ?? '?'}:${commandName.replace(/Command$/, '')}`);
        return next(args);
      },
    { step: 'initialize' },
  );
}

async function toTheEnd(job: ProvisionJob): Promise<void> {
  const options = { signal: new AbortController().signal, onApplied: () => undefined };
  for (let rounds = 0; rounds < 20; rounds++) {
    const { steps } = await provisionRound(clients, job, options);
    sandbox.advance(300_000);
    if (steps.every(({ state }) => state === 'there')) return;
  }
  throw new Error('It does not come to an end');
}

function expectAllowed(...phases: readonly IamPhase[]): void {
  const facts = toIamFacts(spec);
  const allowed = phases.flatMap((phase) =>
    IAM_PHASES[phase].build(facts).Statement.flatMap(({ Action }) => Action),
  );
  // GetCallerIdentity needs no permission.
  const refused = [...calls].filter(
    (call) => call !== 'sts:GetCallerIdentity' && !allowed.includes(call),
  );
  expect(refused).toEqual([]);
}

test('provisioning is allowed by destination, locations and tasks', async () => {
  calls.clear();

  await toTheEnd({ mode: 'provision', spec: toProvisionSpec(spec), done: false });

  expect([...calls]).toEqual(
    expect.arrayContaining([
      'elasticfilesystem:CreateAccessPoint',
      'datasync:CreateLocationS3',
      'datasync:CreateTask',
    ]),
  );
  expectAllowed('destination', 'locations', 'tasks');
});

test('an assessment is allowed by assess, which allows nothing else', async () => {
  calls.clear();

  await describeContext(
    contextClients,
    await describeResourceFacts(clients, spec, { chunks: 1, entriesPerExecution: 1 }),
  );

  expectAllowed('assess');
  const { Statement } = IAM_PHASES.assess.build(toIamFacts(spec));
  const unused = Statement.flatMap(({ Action }) => Action).filter((action) => !calls.has(action));
  expect(unused).toEqual([]);
});

test('a teardown is allowed by teardown', async () => {
  calls.clear();

  await toTheEnd({ mode: 'teardown', spec: toProvisionSpec(spec) });

  expect([...calls]).toEqual(expect.arrayContaining(['datasync:DeleteLocation']));
  expectAllowed('teardown');
});
