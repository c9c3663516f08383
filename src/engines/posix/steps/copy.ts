/**
 * The copy step of a chunk.
 *
 *   1. small entries, in the order of paths, in batches; each committed batch is durable at the
 *      destination (syncfs) before its journal line is (fdatasync)
 *   2. entries that an earlier call left blocked, again
 *   3. large files, in durable parts
 *   4. further names of files with several
 *   5. owner, mode and times of the directories, and of those above the chunk's roots
 *
 * A call after a crash continues after the journal's last position. No file is incomplete under its
 * final name at any time.
 */
import { existsSync } from 'node:fs';
import { joinRaw, nameOf, parentOf, type RawPath } from '../../../paths.ts';
import type { StepResult } from '../../../model/round.ts';
import { allEntries, BATCH_ENTRIES, copyBatches, dueEntries } from './copy-batches.ts';
import { CopyCommits, MAX_UNCOMMITTED } from './copy-commits.ts';
import type { CopyBatch, CopyEntriesResult } from '../jobs/copy.ts';
import { leftoverDirectories } from './copy-leftovers.ts';
import { planCopy, type CopyPlan } from './copy-plan.ts';
import { isExcepted } from '../round/decide.ts';
import { copyJournalPath, worklistPath } from '../round/files.ts';
import type { DigestName } from '../round/digest.ts';
import type { EntryOutcome } from '../round/outcome.ts';
import { finishAll } from './finish.ts';
import { inOrder } from '../pool/in-order.ts';
import { partsJournal, removeParts } from './large-parts.ts';
import { OutcomeJournal, Outcomes, unpackBatch } from '../round/outcome-journal.ts';
import { OwnerDigests } from '../round/owner-digests.ts';
import type { PackedBatch } from '../round/packed-outcomes.ts';
import {
  progressReporter,
  Tally,
  throwFailure,
  throwIfStopped,
  type StepContext,
  type StepInput,
} from './step.ts';
import { readWorklist } from '../round/worklist.ts';

export interface CopyOptions {
  readonly digest: DigestName;
  /** Set when no step compares digests: only files copied in parts get one, to prove the parts. */
  readonly withoutDigests?: boolean;
  /** Files above this are copied in parts of this size. */
  readonly partBytes: number;
  /** Without a catalog: a file with the size, time, mode and owner of the source counts as copied. */
  readonly adoptSame?: boolean;
}

export async function copyChunk(
  input: StepInput,
  options: CopyOptions,
  context: StepContext,
): Promise<StepResult> {
  const copier = new Copier(input, options, context);
  try {
    return await copier.run();
  } finally {
    await copier.close();
  }
}

class Copier {
  private readonly startedAt = Date.now();
  private readonly roundDirectory: string;
  private readonly isResumed: boolean;
  private readonly earlier: Outcomes;
  private readonly plan: CopyPlan;
  /** Files that are not copied in order: they are copied in parts, or linked. */
  private readonly ownWay: ReadonlySet<RawPath>;
  private readonly journal: OutcomeJournal;
  private readonly tally: Tally;
  private readonly owners: OwnerDigests;
  private readonly report: ReturnType<typeof progressReporter>;
  /** Large files whose parts the next call may use. */
  private readonly unfinished = new Set<RawPath>();
  private readonly commits: CopyCommits;
  private readonly input: StepInput;
  private readonly options: CopyOptions;
  private readonly context: StepContext;

  constructor(input: StepInput, options: CopyOptions, context: StepContext) {
    this.input = input;
    this.options = options;
    this.context = context;
    this.roundDirectory = input.store.roundDirectory;
    this.plan = planCopy(this.roundDirectory, input.exceptions, options.partBytes);
    this.ownWay = new Set([...this.plan.large, ...this.plan.linked]);
    const owners = this.plan.groups.map(({ owner }) => owner);
    this.owners = new OwnerDigests(this.roundDirectory, owners);
    const path = copyJournalPath(this.roundDirectory);
    this.isResumed = existsSync(path);
    this.earlier = new Outcomes(path);
    this.tally = new Tally(this.earlier.blocked());
    this.journal = new OutcomeJournal(path);
    this.commits = new CopyCommits(input, context, this.journal);
    this.report = progressReporter('copy', input.onProgress, {
      entries: this.plan.entries,
      bytes: this.plan.bytes,
    });
  }

  async close(): Promise<void> {
    await this.commits.settled();
    this.journal.close();
  }

  async run(): Promise<StepResult> {
    this.input.lease.check();
    if (this.isResumed) await this.cleanUp();
    await this.copySmall();
    await this.retryBlocked();
    await this.copyLarge();
    await this.linkOthers();
    await this.commits.all();
    await removeParts(this.input, this.context, this.unfinished);
    const { failed } = await finishAll(
      this.context,
      this.input.chunk,
      this.plan.directories,
      this.input.signal,
    );
    for (const outcome of failed) this.amend([outcome]);
    await this.commits.all();
    return this.result();
  }

  private async cleanUp(): Promise<void> {
    const { pool, destinationFd } = this.context;
    const clean = leftoverDirectories(this.worklist(), {
      position: this.earlier.position,
      reach: MAX_UNCOMMITTED + (2 * pool.capacity + 1) * BATCH_ENTRIES,
      outOfOrder: [...this.plan.linked, ...this.earlier.open.keys()],
    });
    await pool.run({ type: 'sync destination', destinationFd, clean });
  }

  private async copySmall(): Promise<void> {
    const { adoptSame = false } = this.options;
    const jobs = inOrder(this.batches(), this.context.pool.capacity * 2, (batches) =>
      this.copyEntries(batches, adoptSame),
    );
    for await (const { job, result } of jobs) {
      result.batches.forEach((batch, i) => this.record(job[i]!.directory, batch));
      if (result.failure || this.input.signal.aborted) await this.commits.all();
      throwFailure(result.failure);
      await this.commits.whenDue();
      throwIfStopped(this.input.signal);
    }
    await this.commits.all();
  }

  private copyEntries(
    batches: readonly CopyBatch[],
    adoptSame: boolean,
  ): Promise<CopyEntriesResult> {
    const { pool, sourceFd, destinationFd, cancel } = this.context;
    const digest = this.options.withoutDigests ? 'none' : this.options.digest;
    const job = { sourceFd, destinationFd, digest, cancel, adoptSame, batches };
    return pool.run({ type: 'copy entries', ...job });
  }

  private batches(): Generator<CopyBatch[], void, undefined> {
    const { ownWay, earlier, plan, roundDirectory } = this;
    const { exceptions } = this.input;
    const isWhole = ownWay.size === 0 && exceptions.size === 0 && earlier.position === undefined;
    if (isWhole && plan.isAllNew) return copyBatches(allEntries(worklistPath(roundDirectory)));
    const leftOut = (directory: RawPath, name: RawPath, isFile: boolean): boolean => {
      if (ownWay.size === 0 && exceptions.size === 0) return false;
      const path = joinRaw(directory, name);
      return (isFile && ownWay.has(path)) || isExcepted(path, exceptions);
    };
    return copyBatches(dueEntries(this.worklist(), { after: earlier.position, leftOut }));
  }

  private worklist(): ReturnType<typeof readWorklist> {
    return readWorklist(this.roundDirectory);
  }

  /** An operator may have fixed the cause. */
  private async retryBlocked(): Promise<void> {
    const blocked = this.earlier.blocked();
    const modes = blocked.size === 0 ? [] : this.modesOf(blocked);
    for (const [path, mode] of modes) {
      if (this.ownWay.has(path) || isExcepted(path, this.input.exceptions)) continue;
      const batch = { directory: parentOf(path), names: nameOf(path), modes: [mode] };
      const result = await this.copyEntries([batch], false);
      throwFailure(result.failure);
      this.amend(
        result.batches.flatMap(unpackBatch).map((outcome) => ({ ...outcome, name: path })),
      );
      throwIfStopped(this.input.signal);
    }
  }

  private modesOf(paths: ReadonlySet<RawPath>): Map<RawPath, number> {
    const modes = new Map<RawPath, number>();
    for (const { path: directory, entries } of this.worklist()) {
      for (const entry of entries) {
        const path = joinRaw(directory, entry.name);
        if (paths.has(path)) modes.set(path, entry.mode);
      }
    }
    return modes;
  }

  private async copyLarge(): Promise<void> {
    const { pool, sourceFd, destinationFd, cancel } = this.context;
    const { digest, partBytes } = this.options;
    const left = this.plan.large.filter(
      (path) => !this.plan.linked.has(path) && !this.isDone(path),
    );
    const jobs = inOrder(left, pool.capacity, (path) =>
      pool.run({
        type: 'copy large file',
        sourceFd,
        destinationFd,
        digest,
        partBytes,
        path,
        cancel,
        journalPath: partsJournal(this.input.store.directory, path),
      }),
    );
    for await (const { job: path, result } of jobs) {
      throwFailure(result.failure);
      if (result.outcome) this.amend([{ ...result.outcome, name: path }]);
      if (result.outcome?.outcome === 'blocked') this.unfinished.add(path);
      await this.commits.all();
      throwIfStopped(this.input.signal);
    }
  }

  private async linkOthers(): Promise<void> {
    const { pool, sourceFd, destinationFd } = this.context;
    for (const group of this.plan.groups) {
      const links = group.others.map((path) => ({ owner: group.owner, path }));
      const { outcomes } = await pool.run({ type: 'link entries', sourceFd, destinationFd, links });
      const digest = this.owners.of(group.owner);
      this.amend(
        outcomes.map((outcome) =>
          digest && outcome.outcome === 'copied' ? { ...outcome, digest } : outcome,
        ),
      );
      throwIfStopped(this.input.signal);
    }
  }

  private isDone(path: RawPath): boolean {
    return this.earlier.amendments.get(path)?.outcome === 'copied';
  }

  private record(directory: RawPath, batch: PackedBatch): void {
    this.journal.append(directory, batch);
    this.tally.addBatch(directory, batch);
    for (const { name, digest } of batch.linked) this.owners.set(joinRaw(directory, name), digest);
    this.report({ entries: this.earlier.ordered + this.tally.entries, bytes: this.tally.bytes });
  }

  private amend(outcomes: readonly EntryOutcome[]): void {
    this.journal.amend(outcomes);
    for (const outcome of outcomes) {
      this.tally.add(undefined, outcome);
      this.owners.note(outcome.name, outcome);
    }
    this.report({ entries: this.earlier.ordered + this.tally.entries, bytes: this.tally.bytes });
  }

  private result(): StepResult {
    this.report({ entries: this.plan.entries, bytes: this.plan.bytes }, true);
    return {
      step: 'copy',
      counters: {
        ...this.tally.counters,
        bytes: this.tally.bytes,
        planned: this.plan.entries,
        resumed: this.earlier.ordered,
        linksOutside: this.plan.linksOutside,
      },
      blocked: this.tally.blockedBut(this.input.exceptions),
      open: this.tally.open,
      elapsedMs: Date.now() - this.startedAt,
    };
  }
}
