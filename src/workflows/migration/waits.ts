/** Waits of a migration: for messages, for the time, and for work that an abort may interrupt. */
import { CancellationScope, condition, isCancellation, patched } from '@temporalio/workflow';
import { reasonOf } from '../runtime/failures.ts';
import { settingsOf } from './state/facts.ts';
import type { MigrationState } from './state/state.ts';

/** Conditions are checked again at least this often: a window opens without a message. */
const MAX_WAIT_MS = 86_400_000;
const MIN_WAIT_MS = 1_000;

/** Interrupts the stage that runs; never leaves the workflow. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** A round that an operator cancelled does not end the migration, except in histories where it did. */
const endsTheMigration = (error: unknown): boolean =>
  isCancellation(error) &&
  (CancellationScope.current().consideredCancelled || !patched('cancelled-round'));

export class MigrationWaits {
  readonly #state: MigrationState;
  #changes = 0;

  constructor(state: MigrationState) {
    this.#state = state;
  }

  get aborted(): boolean {
    return this.#state.aborted !== undefined;
  }

  /** Makes all waits check their conditions again. */
  wake(): void {
    this.#changes += 1;
  }

  /** Waits for a message, or until a moment at which a condition may change. */
  async forChange(latestMs: number): Promise<void> {
    const seen = this.#changes;
    const waitMs = Math.min(
      MAX_WAIT_MS,
      Math.max(MIN_WAIT_MS, this.#nextMoment(latestMs) - Date.now()),
    );
    await condition(() => this.#changes !== seen || this.aborted, waitMs);
    this.throwIfAborted();
  }

  async until(
    holds: () => boolean,
    atMs: () => number = () => Date.now() + MAX_WAIT_MS,
  ): Promise<void> {
    while (!holds()) {
      this.throwIfAborted();
      await this.forChange(atMs());
    }
    this.throwIfAborted();
  }

  /** On a failure that activities do not retry, pauses the migration; runs `work` again after `resume`. */
  async retryUntilResumed<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.unlessAborted(work());
      } catch (error) {
        if (this.aborted || endsTheMigration(error)) throw error;
        this.#pauseBecause(what, error);
        await this.until(() => !this.#state.paused);
      }
    }
  }

  async unlessAborted<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const settled = work.finally(() => (isOver = true));
    settled.catch(() => undefined);
    await CancellationScope.nonCancellable(() => condition(() => isOver || this.aborted));
    if (!isOver) this.throwIfAborted();
    return work;
  }

  throwIfAborted(): void {
    if (this.aborted) throw new Aborted();
  }

  #pauseBecause(what: string, error: unknown): void {
    const { code, because } = reasonOf(error);
    delete this.#state.news;
    const at = new Date().toISOString();
    this.#state.paused = { by: 'longhaul', because: `cannot ${what}: ${because} [${code}]`, at };
  }

  /** Returns the first moment at which a gate may open without a message. */
  #nextMoment(latestMs: number): number {
    const { window } = settingsOf(this.#state);
    const moments = [latestMs, window?.startMs, this.#state.postponedUntilMs].filter(
      (ms) => ms !== undefined && ms > Date.now(),
    );
    return Math.min(latestMs, ...(moments as number[]));
  }
}
