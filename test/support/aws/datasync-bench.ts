/**
 * The datasync engine on the sandbox, in one process and in virtual time: the NFS export and the file
 * system are a bench's two trees, requests are answered without a network, and who sleeps makes the
 * time pass.
 */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createAwsClients, type AwsClients } from '../../../src/aws/clients.ts';
import { createDataSyncEngine } from '../../../src/engines/datasync/engine.ts';
import type {
  DataSyncEngineOptions,
  EndedExecution,
} from '../../../src/engines/datasync/service/options.ts';
import type { Time } from '../../../src/engines/datasync/service/time.ts';
import { throwIfAborted } from '../../../src/errors/interrupted.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { faultScriptSchema } from '../../../src/sandbox/world/faults.ts';
import {
  createSandbox,
  type SandboxOptions,
  type SandboxWorld,
} from '../../../src/sandbox/sandbox.ts';
import { dataSyncSpec } from '../../../src/spec/kinds.ts';
import type { MigrationSpec, SpecInput } from '../../../src/spec/schema.ts';
import type { EngineKind, Places } from '../../engines/contract.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';
const EXPORT = '/data';
const SERVER = 'nfs.bench';

export interface SandboxEngine extends EngineKind {
  readonly cloud: () => SandboxWorld;
  readonly told: EndedExecution[];
  /** Another worker on the same account and state. */
  another(spec: MigrationSpec, places: Places, more?: Partial<DataSyncEngineOptions>): Engine;
}

export interface SandboxEngineOptions extends Partial<Omit<SandboxOptions, 'faults'>> {
  readonly faults?: readonly object[];
  readonly aws?: object;
  readonly agentNames?: readonly string[];
  readonly cannot?: Readonly<Record<string, string>>;
  readonly time?: 'virtual';
  /** Before each request: may throw what the network would. */
  readonly onRequest?: (call: string, moment: 'before' | 'after') => void;
  readonly engine?: Partial<DataSyncEngineOptions>;
  /** Of the clients that repeat. */
  readonly maxAttempts?: number;
}

export function sandboxEngine(options: SandboxEngineOptions = {}): SandboxEngine {
  const {
    faults = [],
    aws = {},
    agentNames = ['agent-1'],
    cannot,
    onRequest,
    engine,
    maxAttempts,
    ...rest
  } = options;
  let cloud: SandboxWorld;
  const told: EndedExecution[] = [];
  const open = ({ root, source, destination }: Places): SandboxWorld => {
    const sandboxRoot = join(root, 'cloud');
    mkdirSync(join(sandboxRoot, 'efs'), { recursive: true });
    symlinkSync(destination, join(sandboxRoot, 'efs', FILE_SYSTEM));
    return createSandbox({
      root: sandboxRoot,
      time: 'virtual',
      exports: { [`${SERVER}:${EXPORT}`]: source },
      agents: agentNames.map((name) => ({ name })),
      faults: faultScriptSchema.parse({ faults }),
      ...rest,
    });
  };
  const another: SandboxEngine['another'] = (spec, { directory }, more = {}) =>
    createDataSyncEngine({
      spec: dataSyncSpec(spec),
      clients: clientsOf(cloud, onRequest, maxAttempts),
      directory,
      chunkCount: () => 1,
      onExecutionEnded: (execution) => told.push(execution),
      directoriesIn: (_scope, known) => Promise.resolve(known),
      time: virtualTime(cloud),
      ...engine,
      ...more,
    });
  return {
    ...(cannot === undefined ? {} : { cannot }),
    inMemory: true,
    told,
    cloud: () => cloud,
    spec: () => specOf(agentNames, aws),
    make: (spec, places) => {
      cloud = open(places);
      return another(spec, places);
    },
    another,
  };
}

function specOf(agents: readonly string[], aws: object): Partial<SpecInput> {
  return {
    engine: 'datasync',
    source: { kind: 'nfs', server: SERVER, export: EXPORT, agents: [...agents] },
    destination: {
      kind: 'efs',
      fileSystem: FILE_SYSTEM,
      subnets: ['subnet-0a1b2c3d'],
      securityGroups: ['sg-0a1b2c3d'],
    },
    defaultExcludes: false,
    aws: {
      region: 'eu-central-1',
      account: '111122223333',
      reports: { bucket: 'reports', writeRole: 'arn:aws:iam::111122223333:role/reports' },
      ...aws,
    },
  };
}

/** Who sleeps makes the time pass. */
export function virtualTime(cloud: Pick<SandboxWorld, 'world' | 'advance'>): Time {
  return {
    now: () => cloud.world.clock.now(),
    // eslint-disable-next-line @typescript-eslint/require-await -- a throw must be a rejection
    async sleep(ms, signal) {
      if (signal) throwIfAborted(signal);
      cloud.advance(ms);
    },
  };
}

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

function bodyOf({ body = '' }: SentRequest): Buffer {
  return typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** The real SDK clients, their requests answered by the sandbox in this process. */
export function clientsOf(
  cloud: SandboxWorld,
  onRequest: SandboxEngineOptions['onRequest'] = () => undefined,
  maxAttempts = 3,
): AwsClients {
  const lost = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  const handle = (request: SentRequest): Promise<unknown> => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const call = headers['x-amz-target']?.split('.')[1] ?? `${request.method} ${request.path}`;
    onRequest(call, 'before');
    const reply = cloud.answer({
      method: request.method,
      path: request.path,
      query: new URLSearchParams(
        Object.entries(request.query ?? {}).map(([k, v]): [string, string] => [k, String(v)]),
      ),
      headers,
      body: bodyOf(request),
    });
    onRequest(call, 'after');
    if (reply === 'lost') throw lost();
    return Promise.resolve({
      response: {
        statusCode: reply.status,
        headers: { ...reply.headers },
        body: Readable.from([Buffer.from(reply.body ?? '')]),
      },
    });
  };
  const endpoint = 'http://127.0.0.1:1';
  return createAwsClients(
    { region: 'eu-central-1', endpoints: { datasync: endpoint, efs: endpoint, s3: endpoint } },
    {
      requestHandler: {
        handle: async (request: SentRequest) => handle(request),
        destroy: () => undefined,
      } as never,
      maxAttempts,
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    },
  );
}
