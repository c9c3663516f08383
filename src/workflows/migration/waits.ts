/** How a migration waits: for messages, for the clock, for work that an abort may overtake. */
import { CancellationScope, condition, isCancellation, patched } from '@temporalio/workflow';
import { reasonOf } from '../runtime/failures.ts';
import { settingsOf } from './facts.ts';
import type { MigrationState } from './state.ts';

/** A condition is looked at again at least this often: windows open without a message. */
const LONGEST_WAIT_MS = 86_400_000;
const SHORTEST_WAIT_MS = 1_000;

/** Thrown to leave whatever the migration is at; never leaves the workflow. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}

/** A round that somebody cancelled is no reason to end; histories in which it was are replayed. */
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

  /** Whoever waits looks again. */
  wake(): void {
    this.#changes += 1;
  }

  /** Waits for a message, or until the clock may have changed an answer. */
  async somethingHappens(latestMs: number): Promise<void> {
    const seen = this.#changes;
    const waitMs = Math.min(
      LONGEST_WAIT_MS,
      Math.max(SHORTEST_WAIT_MS, this.#nextMoment(latestMs) - Date.now()),
    );
    await condition(() => this.#changes !== seen || this.aborted, waitMs);
    this.throwIfAborted();
  }

  async until(
    holds: () => boolean,
    atMs: () => number = () => Date.now() + LONGEST_WAIT_MS,
  ): Promise<void> {
    while (!holds()) {
      this.throwIfAborted();
      await this.somethingHappens(atMs());
    }
    this.throwIfAborted();
  }

  /** What fails for good pauses the migration with the reason; resume tries again. */
  async insist<T>(what: string, work: () => Promise<T>): Promise<T> {
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
    let over = false;
    const settled = work.finally(() => (over = true));
    settled.catch(() => undefined);
    await CancellationScope.nonCancellable(() => condition(() => over || this.aborted));
    if (!over) this.throwIfAborted();
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

  /** The first moment at which a gate may open by itself. */
  #nextMoment(latestMs: number): number {
    const { window } = settingsOf(this.#state);
    const moments = [latestMs, window?.startMs, this.#state.postponedUntilMs].filter(
      (ms) => ms !== undefined && ms > Date.now(),
    );
    return Math.min(latestMs, ...(moments as number[]));
  }
}
