/** Reports the status of a round to its migration: while it runs, and when it is over. */
import { condition, getExternalWorkflowHandle, isCancellation, sleep } from '@temporalio/workflow';
import { migrationId } from '../../protocol/names.ts';
import type { RoundStatus } from '../../protocol/reports.ts';
import type { RoundRun } from './run.ts';

const MIN_INTERVAL_MS = 1000;
/** The interval grows with the age of the round: a few hundred reports over months. */
const INTERVAL_SHARE_OF_AGE = 0.02;

export class StatusReports {
  readonly #run: RoundRun;
  #isOver = false;

  constructor(run: RoundRun) {
    this.#run = run;
  }

  async sendChanges(): Promise<void> {
    const run = this.#run;
    const startedAt = Date.parse(run.state.startedAt);
    while (!this.#isOver) {
      await condition(() => run.isStatusNew || this.#isOver);
      if (this.#isOver) return;
      run.isStatusNew = false;
      await this.#send(run.status());
      await sleep(Math.max(MIN_INTERVAL_MS, (Date.now() - startedAt) * INTERVAL_SHARE_OF_AGE));
    }
  }

  async sendEnd(end: Pick<RoundStatus, 'report' | 'cancelled'>): Promise<void> {
    this.#isOver = true;
    await this.#send({ ...this.#run.status(), ...end });
  }

  /** Ignores a failure: a migration that has ended needs no report. `sendEnd` follows a cancellation. */
  async #send(status: RoundStatus): Promise<void> {
    try {
      const { migration } = this.#run.input;
      await getExternalWorkflowHandle(migrationId(migration)).signal('roundReport', status);
    } catch (error) {
      if (isCancellation(error)) return;
    }
  }
}
