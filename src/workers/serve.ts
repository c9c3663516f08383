/** Runs the two activity workers of a migration, and limits the bandwidth of its engine. */
import type { MigrationRecord } from '../state/migration-record.ts';
import type { NativeConnection } from '@temporalio/worker';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import type { createActivities } from '../activities/index.ts';
import { chunksAtWork } from '../spec/settings.ts';
import { controlQueue, stepQueue } from '../protocol/names.ts';
import { BandwidthKeeper, bandwidthShare } from './bandwidth.ts';
import type { WorkerDeps } from './deps.ts';
import { runTogether } from './run-together.ts';

/** Control activities that run at the same time; they are short. */
const CONTROL_SLOTS = 20;

export interface WorkerHost {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly deps: WorkerDeps;
  readonly activities: ReturnType<typeof createActivities>;
  readonly workerId: string;
}

export const COMMON: Partial<WorkerOptions> = {
  shutdownGraceTime: '10s',
  maxHeartbeatThrottleInterval: '5s',
  // Delay after which another worker takes over the workflows of a worker that was killed.
  stickyQueueScheduleToStartTimeout: '2s',
  maxEagerActivityReservationsPerWorkflowTask: 0,
};

export interface Served {
  /** Resolves after shutdown; rejects if a worker failed. */
  readonly ended: Promise<void>;
  readonly shutdown: () => void;
  /** Call it every second. */
  readonly tick: () => void;
}

export async function serve(host: WorkerHost, migration: MigrationRecord): Promise<Served> {
  const { connection, namespace, deps, activities, workerId } = host;
  const { name } = migration.spec;
  const common = { ...COMMON, connection, namespace, identity: workerId };
  await deps.prepare(name);
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: stepQueue(name),
      activities: activities.steps,
      maxConcurrentActivityTaskExecutions: chunksAtWork(migration.spec),
    }),
    Worker.create({
      ...common,
      taskQueue: controlQueue(name),
      activities: activities.control,
      maxConcurrentActivityTaskExecutions: CONTROL_SLOTS,
    }),
  ]);
  const store = deps.state.migration(name);
  const keeper = new BandwidthKeeper(deps.engine(name));
  const tick = (): void => {
    store.touchWorker(workerId);
    keeper.set(bandwidthShare(store, migration, deps.now()));
  };
  tick();
  const { ended: all, shutdown } = runTogether(workers);
  const ended = all.finally(() => store.removeWorker(workerId));
  return { ended, shutdown, tick };
}
