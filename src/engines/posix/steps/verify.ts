/**
 * The verify step of a chunk: reads copied entries back from the destination and compares them with the
 * digest of the copy. A difference is drift if the source has changed since, else corruption; a corrupt
 * entry is copied once more, and is blocked if it differs again.
 */
import { joinRaw, nameOf, parentOf, type RawPath } from '../../../paths.ts';
import type { StepResult } from '../../../model/round.ts';
import type { DigestName } from '../round/digest.ts';
import { verifyJournalPath } from '../round/files.ts';
import type { EntryOutcome } from '../round/outcome.ts';
import { S_IFDIR, S_IFMT } from '../native/statx.ts';
import { finishAll } from './finish.ts';
import { inOrder } from '../pool/in-order.ts';
import { isAfter, OutcomeJournal, Outcomes, unpackBatch } from '../round/outcome-journal.ts';
import {
  progressReporter,
  Tally,
  throwFailure,
  throwIfStopped,
  type StepContext,
  type StepInput,
} from './step.ts';
import { verifyCandidates } from './verify-candidates.ts';
import type { VerifyBatch, VerifyEntriesResult, VerifyItem } from '../jobs/verify.ts';

const BATCH_ENTRIES = 128;
const BATCH_BYTES = 8 * 2 ** 20;
const COMMIT_ENTRIES = 4096;

export async function verifyChunk(
  input: StepInput,
  digest: DigestName,
  context: StepContext,
): Promise<StepResult> {
  const verifier = new Verifier(input, digest, context);
  try {
    return await verifier.run();
  } finally {
    verifier.close();
  }
}

class Verifier {
  private readonly startedAt = Date.now();
  private readonly tally: Tally;
  private readonly earlier: Outcomes;
  private readonly journal: OutcomeJournal;
  private readonly input: StepInput;
  private readonly digest: DigestName;
  private readonly context: StepContext;

  constructor(input: StepInput, digest: DigestName, context: StepContext) {
    this.input = input;
    this.digest = digest;
    this.context = context;
    const path = verifyJournalPath(input.store.roundDirectory);
    this.earlier = new Outcomes(path);
    this.tally = new Tally(this.earlier.blocked());
    this.journal = new OutcomeJournal(path);
  }

  close(): void {
    this.journal.close();
  }

  async run(): Promise<StepResult> {
    this.input.lease.check();
    const corrupt = new Map<RawPath, VerifyItem>();
    const items = new Map<RawPath, VerifyItem>();
    const report = progressReporter('verify', this.input.onProgress, {});
    const jobs = inOrder(this.batches(), this.context.pool.capacity * 2, (batches) =>
      this.verify(batches),
    );
    for await (const { job, result } of jobs) {
      result.batches.forEach((batch, i) => {
        const { directory, items: asked } = job[i]!;
        this.journal.append(directory, batch);
        this.tally.addBatch(directory, batch);
        for (const { name, outcome } of batch.failed) {
          const item = asked.find((one) => one.name === name)!;
          if (outcome === 'corrupt') corrupt.set(joinRaw(directory, name), item);
        }
      });
      if (result.failure || this.journal.pending >= COMMIT_ENTRIES) this.commit();
      throwFailure(result.failure);
      report({ entries: this.tally.entries, bytes: this.tally.bytes });
      throwIfStopped(this.input.signal);
    }
    this.commit();
    await this.verifyAmended(corrupt);
    const broken = new Map([...this.corruptBefore(items), ...corrupt]);
    for (const [path, item] of broken) await this.repair(path, item);
    this.commit();
    const touched = [...new Set([...broken.keys()].map(parentOf))];
    await finishAll(this.context, this.input.chunk, touched, this.input.signal);
    return this.result();
  }

  private verify(batches: readonly VerifyBatch[]): Promise<VerifyEntriesResult> {
    const { pool, sourceFd, destinationFd, cancel } = this.context;
    const { digest } = this;
    return pool.run({ type: 'verify entries', sourceFd, destinationFd, digest, batches, cancel });
  }

  /** Verifies entries that were copied out of order (large files, links, retries) or were blocked. */
  private async verifyAmended(corrupt: Map<RawPath, VerifyItem>): Promise<void> {
    const jobs = inOrder(this.amended(), this.context.pool.capacity, ({ directory, item }) =>
      this.verify([{ directory, items: [item] }]),
    );
    for await (const { job, result } of jobs) {
      throwFailure(result.failure);
      const path = joinRaw(job.directory, job.item.name);
      for (const outcome of result.batches.flatMap(unpackBatch)) {
        this.tally.add(job.directory, outcome);
        this.journal.amend([{ ...outcome, name: path }]);
        if (outcome.outcome === 'corrupt') corrupt.set(path, job.item);
      }
      this.commit();
      throwIfStopped(this.input.signal);
    }
  }

  private *amended(): ReturnType<typeof verifyCandidates> {
    for (const one of verifyCandidates(this.input, 'amended')) {
      const path = joinRaw(one.directory, one.item.name);
      if (this.earlier.amendments.get(path)?.outcome !== 'verified') yield one;
    }
    const blocked = this.earlier.blocked();
    if (blocked.size === 0) return;
    for (const one of verifyCandidates(this.input, 'in order')) {
      if (blocked.has(joinRaw(one.directory, one.item.name))) yield one;
    }
  }

  /** Adds the entries that an earlier call found corrupt and did not repair. */
  private corruptBefore(known: Map<RawPath, VerifyItem>): Map<RawPath, VerifyItem> {
    const broken = new Set<RawPath>();
    for (const [path, { outcome }] of this.earlier.corrupt)
      if (outcome === 'corrupt') broken.add(path);
    if (broken.size === 0) return known;
    for (const { directory, item } of [
      ...verifyCandidates(this.input, 'in order'),
      ...verifyCandidates(this.input, 'amended'),
    ]) {
      const path = joinRaw(directory, item.name);
      if (broken.has(path)) known.set(path, item);
    }
    return known;
  }

  /** Copies once more and reads back; an entry that differs again is blocked. */
  private async repair(path: RawPath, item: VerifyItem): Promise<void> {
    const { pool, sourceFd, destinationFd, cancel } = this.context;
    const batches = [{ directory: parentOf(path), names: nameOf(path), modes: [item.stat.mode] }];
    this.input.lease.check();
    const copied = await pool.run({
      type: 'copy entries',
      sourceFd,
      destinationFd,
      digest: this.digest,
      cancel,
      batches,
    });
    throwFailure(copied.failure);
    const [again] = copied.batches.flatMap(unpackBatch);
    if (!again) return throwIfStopped(this.input.signal);
    if (again.outcome !== 'copied' || !again.stat) return this.amend(path, again);
    if ((again.stat.mode & S_IFMT) === S_IFDIR) {
      const job = { type: 'finish directories' as const, sourceFd, destinationFd };
      await pool.run({ ...job, directories: [path] });
    }
    const retaken: VerifyItem = {
      name: item.name,
      stat: again.stat,
      ...(again.digest ? { digest: again.digest } : {}),
    };
    const verified = await this.verify([{ directory: parentOf(path), items: [retaken] }]);
    throwFailure(verified.failure);
    const [verdict] = verified.batches.flatMap(unpackBatch);
    if (!verdict) return throwIfStopped(this.input.signal);
    this.tally.counters['repaired'] =
      (this.tally.counters['repaired'] ?? 0) + (verdict.outcome === 'verified' ? 1 : 0);
    const { stat, digest } = again;
    this.amend(path, {
      ...verdict,
      outcome: verdict.outcome === 'corrupt' ? 'blocked' : verdict.outcome,
      ...(stat ? { stat } : {}),
      ...(digest ? { digest } : {}),
    });
  }

  private amend(path: RawPath, outcome: EntryOutcome): void {
    this.tally.settle(path, outcome);
    this.journal.amend([{ ...outcome, name: path }]);
  }

  private *batches(): Generator<VerifyBatch[], void, undefined> {
    let group: { directory: RawPath; items: VerifyItem[] }[] = [];
    let entries = 0;
    let bytes = 0;
    for (const { directory, item } of verifyCandidates(this.input, 'in order')) {
      if (!isAfter(directory, item.name, this.earlier.position)) continue;
      const last = group.at(-1);
      if (last?.directory === directory) last.items.push(item);
      else group.push({ directory, items: [item] });
      entries++;
      bytes += item.stat.sizeBytes;
      if (entries < BATCH_ENTRIES && bytes < BATCH_BYTES) continue;
      yield group;
      [group, entries, bytes] = [[], 0, 0];
    }
    if (group.length > 0) yield group;
  }

  private commit(): void {
    if (this.journal.pending === 0) return;
    this.input.lease.check();
    this.journal.commit();
  }

  private result(): StepResult {
    return {
      step: 'verify',
      counters: { ...this.tally.counters, bytes: this.tally.bytes, resumed: this.earlier.ordered },
      blocked: this.tally.blockedBut(this.input.exceptions),
      open: this.tally.open,
      elapsedMs: Date.now() - this.startedAt,
    };
  }
}
