/** The two activity workers of a migration whose trees this host sees, and its limit of bandwidth. */
import type { MigrationRecord } from '../state/migration-record.ts';
import type { NativeConnection } from '@temporalio/worker';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import type { createActivities } from '../activities/index.ts';
import { chunksAtWork } from '../spec/settings.ts';
import { controlQueue, stepQueue } from '../protocol/names.ts';
import { BandwidthKeeper, bandwidthShare } from './bandwidth.ts';
import type { WorkerDeps } from './deps.ts';
import { runTogether } from './together.ts';

/** Short ones; many chunks at once report little. */
const CONTROL_SLOTS = 20;

export interface Place {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly deps: WorkerDeps;
  readonly activities: ReturnType<typeof createActivities>;
  readonly workerId: string;
}

export const COMMON: Partial<WorkerOptions> = {
  shutdownGraceTime: '10s',
  maxHeartbeatThrottleInterval: '5s',
  // How long a workflow waits for a worker that was killed before another one takes it up.
  stickyQueueScheduleToStartTimeout: '2s',
  maxEagerActivityReservationsPerWorkflowTask: 0,
};

export interface Served {
  /** Resolves after shutdown; rejects when a worker failed. */
  readonly ended: Promise<void>;
  readonly shutdown: () => void;
  /** Once a second. */
  readonly tick: () => void;
}

export async function serve(place: Place, migration: MigrationRecord): Promise<Served> {
  const { connection, namespace, deps, activities, workerId } = place;
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
