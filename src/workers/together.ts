/** Workers that live and end together: half of them alone would look like slow ones. */
import type { Worker } from '@temporalio/worker';

export interface Together {
  /** Resolves after shutdown; rejects when one of them failed. */
  readonly ended: Promise<void>;
  readonly shutdown: () => void;
}

export function runTogether(workers: readonly Worker[]): Together {
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
