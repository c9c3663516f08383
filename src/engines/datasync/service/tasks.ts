/** The tasks that executions run on. */
import { chunkTaskName, CHUNK_TAG, poolTaskName } from '../../../aws/names.ts';
import { taskRequest } from '../../../aws/tasks.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { judgeSignal } from '../../../policy/datasync/failures.ts';
import { isNotFoundError } from './api-errors.ts';
import type { TaskStatus } from './api.ts';
import { findOrCreate, type ResourceServices } from './find-or-create.ts';
import { migrationLayout } from './layout.ts';
import { efsKey, efsLocationArn, nfsKey, nfsLocationArn } from './locations.ts';

/** A new task is CREATING for minutes, and may be UNAVAILABLE before it becomes AVAILABLE. */
const MAX_TASK_START_MS = 15 * 60_000;
const USABLE: readonly string[] = ['AVAILABLE', 'RUNNING', 'QUEUED'];

interface WantedTask {
  readonly name: string;
  /** Directory at which its locations begin; '' is the root of the tree. */
  readonly below: string;
  readonly lane: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Returns the ARN of the usable task on which a chunk runs in a lane. */
export async function chunkTask(
  services: ResourceServices,
  lane: number,
  chunk: string,
  signal: AbortSignal,
): Promise<string> {
  const migration = services.options.spec.name;
  const { layout } = await migrationLayout(services);
  const task =
    layout === 'task-per-chunk'
      ? { name: chunkTaskName(migration, lane, chunk), tags: { [CHUNK_TAG]: chunk } }
      : { name: poolTaskName(migration, lane), tags: {} };
  return usableTask(services, { ...task, below: '', lane }, signal);
}

/** Returns the ARN of a task whose locations begin at one directory, as a removal needs. */
export function mirroredTask(
  services: ResourceServices,
  { lane, chunk, below }: { readonly lane: number; readonly chunk: string; readonly below: string },
  signal: AbortSignal,
): Promise<string> {
  const name = mirroredName(services.options.spec.name, lane, chunk);
  return usableTask(services, { name, below, lane, tags: { [CHUNK_TAG]: chunk } }, signal);
}

/** Deletes the mirrored tasks of all lanes and their locations. May be called again. */
export async function removeMirrored(
  services: ResourceServices,
  chunk: string,
  below: string,
): Promise<void> {
  const { api, options } = services;
  const agents = await services.agents.all();
  for (const { lane } of agents)
    await remove(services, taskKey(mirroredName(options.spec.name, lane, chunk)), (arn) =>
      api.deleteTask(arn),
    );
  const locations = [...agents.map(({ arn }) => nfsKey(arn, below)), efsKey(below)];
  for (const key of locations) await remove(services, key, (arn) => api.deleteLocation(arn));
}

const mirroredName = (migration: string, lane: number, chunk: string): string =>
  `${chunkTaskName(migration, lane, chunk)}/remove`;
const taskKey = (name: string): string => `task ${name}`;

async function remove(
  { memory }: ResourceServices,
  key: string,
  call: (arn: string) => Promise<void>,
): Promise<void> {
  const arn = memory.arnOf(key);
  if (arn === undefined) return;
  await call(arn).catch((error: unknown) => {
    if (!isNotFoundError(error)) throw error;
  });
  memory.forgetArn(key);
}

async function usableTask(
  services: ResourceServices,
  wanted: WantedTask,
  signal: AbortSignal,
): Promise<string> {
  const { api, agents, memory, options } = services;
  const { time, spec } = options;
  const arn = await memory.exclusive(() => findOrCreateTask(services, wanted));
  const until = time.now() + MAX_TASK_START_MS;
  for (;;) {
    const task = await api
      .task(arn)
      .catch((error: unknown) => forgetMissing(services, taskKey(wanted.name), error));
    if (USABLE.includes(task.status)) return arn;
    await agents.requireOnline([wanted.lane]);
    if (time.now() >= until) throw notUsable(wanted.name, task);
    await time.sleep(spec.aws.pollInterval, signal);
  }
}

/** Makes the next try look the task up, or create it. Throws BUSY for a missing task. */
function forgetMissing({ memory }: ResourceServices, key: string, error: unknown): never {
  if (!isNotFoundError(error)) throw error;
  memory.forgetArn(key);
  throw new LonghaulError('BUSY', `The ${key} no longer exists; it is created again`, {
    cause: error,
  });
}

function findOrCreateTask(
  services: ResourceServices,
  { name, below, lane, tags }: WantedTask,
): Promise<string> {
  const { api, options } = services;
  return findOrCreate(services, taskKey(name), {
    find: async () => (await api.tasks()).find((task) => task.name === name)?.arn,
    create: async () => {
      const source = await nfsLocationArn(services, lane, below);
      const destination = await efsLocationArn(services, below);
      return api.createTask(taskRequest(options.spec, { name, source, destination, tags }));
    },
  });
}

function notUsable(name: string, { status, error }: TaskStatus): LonghaulError {
  const { kind, code = 'AWS_REFUSED', fix } = judgeSignal(error ?? '');
  const detail = error === undefined ? '' : `: ${error}`;
  return new LonghaulError(
    kind === 'unknown' ? 'AWS_REFUSED' : code,
    `The task ${name} is ${status}${detail}`,
    fix === undefined ? {} : { hint: fix },
  );
}
