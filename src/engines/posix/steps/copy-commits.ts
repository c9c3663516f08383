/**
 * Makes the outcomes of a copy durable: first the bytes (syncfs), then the journal lines about them
 * (fdatasync), and neither after another worker took over the chunk. Copying continues meanwhile, up
 * to a limit: a crash repeats at most MAX_UNCOMMITTED entries.
 */
import type { OutcomeJournal } from '../round/outcome-journal.ts';
import type { StepContext, StepInput } from './step.ts';

/** Number of entries that starts a commit; the copy waits for it at MAX_UNCOMMITTED. */
const COMMIT_ENTRIES = 2048;
export const MAX_UNCOMMITTED = 2 * COMMIT_ENTRIES;
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

  /** Commits if it is time; call it after each outcome in order. Throws the error of an earlier commit. */
  async whenDue(): Promise<void> {
    const { pending, unsealedEntries } = this.journal;
    if (this.hasFailed || pending >= MAX_UNCOMMITTED) await this.underWay;
    if (this.underWay || unsealedEntries === 0) return;
    const isLate = Date.now() - this.committedAt >= COMMIT_MS;
    if (unsealedEntries >= COMMIT_ENTRIES || isLate) this.underWay = this.begin();
  }

  /** Commits everything that was appended, and waits for it. */
  async all(): Promise<void> {
    await this.underWay;
    if (this.journal.pending > 0) await this.begin();
  }

  /** Waits for a running commit, also if it fails: the caller is about to close the journal. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.underWay]);
  }

  private begin(): Promise<void> {
    this.committedAt = Date.now();
    this.journal.seal();
    const commit = this.commit();
    commit.catch(() => (this.hasFailed = true)); // the caller that awaits it gets the error
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
