/** Runs several Workers as one unit: if one fails, all shut down. Some of them alone would look like slow workers. */
import type { Worker } from '@temporalio/worker';

export interface WorkerGroup {
  /** Resolves after shutdown; rejects if a worker failed. */
  readonly ended: Promise<void>;
  readonly shutdown: () => void;
}

export function runTogether(workers: readonly Worker[]): WorkerGroup {
  const shutdown = (): void => workers.forEach(shutdownOnce);
  const runs = workers.map((worker) => worker.run());
  const ended = Promise.all(runs)
    .catch(async (error: unknown) => {
      shutdown();
      await Promise.allSettled(runs);
      throw error;
    })
    .then(() => undefined);
  return { ended, shutdown };
}

function shutdownOnce(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
