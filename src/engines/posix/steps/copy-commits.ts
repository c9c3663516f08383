/**
 * When the outcomes of a copy become durable: the bytes first (syncfs), then the lines that say so
 * (fdatasync), and neither when the chunk was taken over. Copying goes on meanwhile, up to a limit:
 * what a run that dies has to do again is never more than MOST_OPEN entries.
 */
import type { OutcomeJournal } from '../round/outcome-journal.ts';
import type { StepContext, StepInput } from './step.ts';

/** Entries that begin a commit, and those at which the copy waits for it. */
const COMMIT_ENTRIES = 2048;
export const MOST_OPEN = 2 * COMMIT_ENTRIES;
const COMMIT_MS = 2_000;

export class CopyCommits {
  private readonly input: Pick<StepInput, 'lease'>;
  private readonly context: Pick<StepContext, 'pool' | 'destinationFd'>;
  private readonly journal: OutcomeJournal;
  private committedAt = Date.now();
  private underWay: Promise<void> | undefined;
  private hasFailed = false;

  constructor(
    input: Pick<StepInput, 'lease'>,
    context: Pick<StepContext, 'pool' | 'destinationFd'>,
    journal: OutcomeJournal,
  ) {
    this.input = input;
    this.context = context;
    this.journal = journal;
  }

  /** Call it after each outcome in the order of the work. Throws what a commit before has thrown. */
  async whenDue(): Promise<void> {
    const { pending, unsealedEntries } = this.journal;
    if (this.hasFailed || pending >= MOST_OPEN) await this.underWay;
    if (this.underWay || unsealedEntries === 0) return;
    const isLate = Date.now() - this.committedAt >= COMMIT_MS;
    if (unsealedEntries >= COMMIT_ENTRIES || isLate) this.underWay = this.begin();
  }

  /** Makes all that was appended durable, and waits for it. */
  async all(): Promise<void> {
    await this.underWay;
    if (this.journal.pending > 0) await this.begin();
  }

  /** Waits for what is under way, whatever comes of it: what it needs is about to be closed. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.underWay]);
  }

  private begin(): Promise<void> {
    this.committedAt = Date.now();
    this.journal.seal();
    const commit = this.commit();
    commit.catch(() => (this.hasFailed = true)); // what it was is told to whoever awaits it
    return commit;
  }

  private async commit(): Promise<void> {
    const { pool, destinationFd } = this.context;
    this.input.lease.check();
    await pool.run({ type: 'sync destination', destinationFd });
    this.input.lease.check();
    this.journal.commit();
    this.underWay = undefined;
  }
}
