/**
 * A local server, on loopback only, that implements the wire protocols of DataSync, EFS and parts of S3,
 * copies real bytes between directories, and fails on command. Of EC2, IAM, KMS, STS and Service Quotas it
 * implements the calls of `longhaul assess`. For tests, and for rehearsals of a spec without an account.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerJson, isAccountTarget } from './account/json.ts';
import { answerQuery, isQuery } from './account/query.ts';
import { ScaledClock, VirtualClock, type Clock } from './world/clock.ts';
import { addAgent } from './datasync/agents.ts';
import { answerDataSync } from './datasync/protocol.ts';
import {
  DEFAULT_TIMINGS,
  newArn,
  setAgent,
  setLink,
  type Timings,
  type World,
} from './world/datasync.ts';
import { answerEfs, isEfs } from './efs/protocol.ts';
import { rootOfAccessPoint } from './efs/mount-targets.ts';
import type { EfsWorld } from './world/efs.ts';
import { Faults, type FaultScript } from './world/faults.ts';
import { json, readRequest, send, type Reply, type Request } from './wire/http.ts';
import { loadModel } from './wire/model.ts';
import { placesBelow } from './world/places.ts';
import { seededRandom } from './world/random.ts';
import { answerS3 } from './s3/protocol.ts';

export interface SandboxOptions {
  /** Directory of exports, file systems and buckets. */
  readonly root: string;
  readonly port?: number;
  /** 'virtual' time stops until it is advanced; a number is the speed relative to the wall clock. */
  readonly time?: 'virtual' | number;
  readonly seed?: number;
  readonly faults?: FaultScript;
  /** Called when a fault takes effect. */
  readonly onFault?: (what: string) => void;
  readonly timings?: Partial<Timings>;
  readonly taskQuota?: number;
  /** Makes tasks UNAVAILABLE for a while after their creation, as with new mount targets. */
  readonly flapping?: boolean;
  /** Maps 'host:/export' to directories outside the root. */
  readonly exports?: Readonly<Record<string, string>>;
  readonly region?: string;
  /** Twelve digits. */
  readonly account?: string;
  /** Agents that exist from the start, already activated. */
  readonly agents?: readonly StartAgent[];
}

export interface StartAgent {
  readonly name: string;
  /** ARN that a spec names; a new one when absent. */
  readonly arn?: string;
}

/** A sandbox that is called within the process, without a network. */
export interface SandboxWorld {
  readonly world: World;
  readonly efs: EfsWorld;
  /** Handles a request as if it came over the network. */
  readonly answer: (request: Request) => Reply | 'lost';
  /** Advances virtual time. Throws on a scaled clock. */
  readonly advance: (ms: number) => void;
}

export interface Sandbox extends SandboxWorld {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const made = createSandbox(options);
  const server = await listen(made.answer, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return { ...made, endpoint: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

export function createSandbox(options: SandboxOptions): SandboxWorld {
  const clock: Clock =
    options.time === 'virtual' ? new VirtualClock() : new ScaledClock(options.time ?? 1);
  const world = newWorld(options, clock);
  for (const { name, arn } of options.agents ?? [])
    addAgent(world, arn ?? newArn(world, 'agent', 'agent'), { AgentName: name });
  const efs: EfsWorld = {
    world,
    fileSystems: new Map(),
    mountTargets: new Map(),
    accessPoints: new Map(),
  };
  world.rootOfAccessPoint = (arn) => rootOfAccessPoint(efs, arn);
  const models = { datasync: loadModel('datasync'), efs: loadModel('efs') };
  const advance = (ms: number): void => {
    if (!(clock instanceof VirtualClock)) throw new Error('Only virtual time can be advanced');
    clock.advance(ms);
  };
  const answer = (request: Request): Reply | 'lost' => {
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') {
      return isAccountTarget(target)
        ? answerJson(world, request)
        : answerDataSync(world, models.datasync, request);
    }
    if (isQuery(request)) return answerQuery(efs, request);
    if (isEfs(request, models.efs)) return answerEfs(efs, models.efs, request);
    if (request.path === '/sandbox/advance') {
      advance(Number(request.query.get('ms')));
      return json(200, { now: new Date(clock.now()).toISOString() });
    }
    return answerS3(world.places, request);
  };
  return { world, efs, answer, advance };
}

function newWorld(options: SandboxOptions, clock: Clock): World {
  const world: World = {
    clock,
    random: seededRandom(options.seed ?? 1),
    faults: new Faults(options.faults ?? { faults: [] }, options.onFault),
    places: placesBelow(options.root, options.exports),
    timings: { ...DEFAULT_TIMINGS, ...options.timings },
    rootOfAccessPoint: () => '/',
    region: options.region ?? 'eu-central-1',
    account: options.account ?? '111122223333',
    taskQuota: options.taskQuota ?? 100,
    flapping: options.flapping ?? false,
    linkUp: true,
    agents: new Map(),
    locations: new Map(),
    tasks: new Map(),
    executions: new Map(),
    tags: new Map(),
    subnets: new Map(),
  };
  for (const fault of world.faults.timed()) {
    clock.after(fault.after, () => {
      world.faults.strike(fault);
      if ('link' in fault) setLink(world, fault.link === 'up');
      else
        for (const agent of world.agents.values())
          if (agent.name === fault.agent) setAgent(world, agent, fault.is === 'online');
    });
  }
  return world;
}

function listen(answer: (request: Request) => Reply | 'lost', port: number): Promise<Server> {
  const server = createServer((message, response) => {
    readRequest(message).then(
      (request) => {
        const reply = answer(request);
        if (reply === 'lost') message.socket.destroy();
        else send(response, reply);
      },
      () => message.socket.destroy(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
