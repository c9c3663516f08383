/** State of the simulated DataSync. Names follow the service's own shapes. */
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import { hexId, type Random } from './random.ts';
import { notFound } from '../wire/service-error.ts';
import type { Places } from './places.ts';

export interface Tag {
  readonly Key: string;
  readonly Value?: string;
}

export interface Agent {
  readonly arn: string;
  name: string | undefined;
  readonly createdAt: number;
  lastContactAt: number;
  /** True while the VM is up; its link may be down nevertheless. */
  up: boolean;
  readonly privateLink: Readonly<Record<string, unknown>> | undefined;
}

export type LocationKind = 'nfs' | 'efs' | 's3';

export interface Location {
  readonly arn: string;
  readonly kind: LocationKind;
  readonly createdAt: number;
  /** Fields of the create request, with later updates. */
  fields: Record<string, unknown>;
}

export interface Filter {
  readonly FilterType: string;
  readonly Value: string;
}

export interface Options {
  VerifyMode: 'POINT_IN_TIME_CONSISTENT' | 'ONLY_FILES_TRANSFERRED' | 'NONE';
  TransferMode: 'CHANGED' | 'ALL';
  OverwriteMode: 'ALWAYS' | 'NEVER';
  PreserveDeletedFiles: 'PRESERVE' | 'REMOVE';
  TaskQueueing: 'ENABLED' | 'DISABLED';
  BytesPerSecond: number;
  [other: string]: unknown;
}

export type TaskStatus = 'CREATING' | 'AVAILABLE' | 'RUNNING' | 'QUEUED' | 'UNAVAILABLE';

export interface Task {
  readonly arn: string;
  readonly source: Location;
  readonly destination: Location;
  readonly createdAt: number;
  name: string | undefined;
  /** True when the creation has finished; the status is derived from it. */
  ready: 'creating' | 'flapping' | 'ready';
  options: Options;
  fields: Record<string, unknown>;
  currentExecution: string | undefined;
}

export type ExecutionStatus =
  | 'QUEUED'
  | 'LAUNCHING'
  | 'PREPARING'
  | 'TRANSFERRING'
  | 'VERIFYING'
  | 'CANCELLING'
  | 'SUCCESS'
  | 'ERROR';

export interface Execution {
  readonly arn: string;
  readonly task: Task;
  readonly nth: number;
  readonly requestedAt: number;
  status: ExecutionStatus;
  options: Options;
  readonly fields: Readonly<Record<string, unknown>>;
  launchedAt: number | undefined;
  endedAt: number | undefined;
  /** The values that DescribeTaskExecution returns; refreshed every 15 s of sandbox time while it runs. */
  counters: Record<string, number>;
  result: Record<string, unknown>;
  report: Record<string, unknown> | undefined;
}

export const isOver = (execution: Execution): boolean =>
  execution.status === 'SUCCESS' || execution.status === 'ERROR';

export interface Timings {
  /** Bounds of the duration of LAUNCHING. Documented as minutes; about 280 s were observed. */
  readonly launchMs: readonly [number, number];
  readonly createTaskMs: number;
  readonly itemsPreparedPerSecond: number;
  readonly verifiedBytesPerSecond: number;
  readonly linkBytesPerSecond: number;
  readonly offlineAfterMs: number;
  readonly historyMs: number;
}

export const DEFAULT_TIMINGS: Timings = {
  launchMs: [30_000, 300_000],
  createTaskMs: 200_000,
  itemsPreparedPerSecond: 1_000,
  verifiedBytesPerSecond: 100e6,
  linkBytesPerSecond: 6_250_000,
  offlineAfterMs: 300_000,
  historyMs: 30 * 86_400_000,
};

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly places: Places;
  /** Returns the root of an access point and creates it at the first mount; set by the EFS part. */
  rootOfAccessPoint: (arn: string) => string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly timings: Timings;
  readonly taskQuota: number;
  readonly flapping: boolean;
  linkUp: boolean;
  readonly agents: Map<string, Agent>;
  readonly locations: Map<string, Location>;
  readonly tasks: Map<string, Task>;
  readonly executions: Map<string, Execution>;
  readonly tags: Map<string, Tag[]>;
  /** In the order of their first use. */
  readonly subnets: Map<string, number>;
}

export function newArn(world: World, kind: string, prefix: string): string {
  return `arn:aws:datasync:${world.region}:${world.account}:${kind}/${prefix}-${hexId(world.random, 17)}`;
}

/** Finds a resource by its ARN; throws the service's own error when there is none. */
export function find<T>(map: ReadonlyMap<string, T>, what: string, arn: string): T {
  const found = map.get(arn);
  if (found === undefined) throw notFound(what, arn);
  return found;
}

/** Returns ONLINE when the agent was heard from within the last five minutes. */
export function agentStatus(world: World, agent: Agent): 'ONLINE' | 'OFFLINE' {
  if (agent.up && world.linkUp) agent.lastContactAt = world.clock.now();
  return world.clock.now() - agent.lastContactAt < world.timings.offlineAfterMs
    ? 'ONLINE'
    : 'OFFLINE';
}

/** Starts or stops an agent; the silence of a stopped agent is counted from now on. */
export function setAgent(world: World, agent: Agent, up: boolean): void {
  agentStatus(world, agent);
  agent.up = up;
}

export function setLink(world: World, up: boolean): void {
  for (const agent of world.agents.values()) agentStatus(world, agent);
  world.linkUp = up;
}

export function agentsOf(world: World, task: Task): readonly Agent[] {
  return [task.source, task.destination].flatMap((location) => {
    const config = location.fields['OnPremConfig'] as { AgentArns?: string[] } | undefined;
    return (config?.AgentArns ?? []).flatMap((arn) => world.agents.get(arn) ?? []);
  });
}
