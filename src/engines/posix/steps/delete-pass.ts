/**
 * The delete-pass of a chunk. Before the first delete, all candidates are known, the caps hold for all
 * of them together, the source is proven to be the source, and the lease is held. The lease is checked
 * again before each batch, and the source before each entry, in the thread.
 */
import { LonghaulError } from '../../../errors/failure.ts';
import { comparePaths, joinRaw, parentOf, printable, type RawPath } from '../../../paths.ts';
import { decideDeletes, type DeleteCaps } from '../../../policy/rounds/deletes.ts';
import type { StepResult } from '../../../model/round.ts';
import { findCandidates, type Candidates } from './delete-candidates.ts';
import type { Excludes } from '../tree/excludes.ts';
import {
  MAX_REFUSED_PATHS,
  recordDeleteIntent,
  writeDeleteRecord,
  writeDeleteRefusal,
} from '../round/delete-record.ts';
import { finishAll } from './finish.ts';
import {
  progressReporter,
  Tally,
  throwFailure,
  throwIfStopped,
  type StepContext,
  type StepInput,
} from './step.ts';

export interface DeleteOptions {
  readonly caps: DeleteCaps;
  readonly excludes: Excludes;
  /** Directory at the destination that receives deleted entries, in one subdirectory per round. */
  readonly trash?: { readonly path: RawPath; readonly keepForMs: number };
  /** Throws when the source is not the tree that was recorded at the start. */
  readonly proveSource: () => void;
}

const BATCH = 64;

export async function deletePassChunk(
  input: StepInput,
  options: DeleteOptions,
  context: StepContext,
): Promise<StepResult> {
  const startedAt = Date.now();
  const tally = new Tally();
  input.lease.check();
  if (!input.round.deletes) return result(tally, startedAt);
  const most = Math.max(options.caps.maxCount, MAX_REFUSED_PATHS);
  const found = await findCandidates(input, options.excludes, context, most);
  const decision = decideDeletes(
    {
      roundDeletes: true,
      candidates: found.count,
      entries: found.seen + found.count,
      leaseHeld: true,
      ...sampleOf(found),
      ...doubt(options.proveSource),
    },
    options.caps,
  );
  if (decision.action === 'refuse') {
    const listed = found.deletions.slice(0, MAX_REFUSED_PATHS).map(({ path }) => path);
    const paths = listed.sort(comparePaths).map(printable);
    writeDeleteRefusal(input.store.roundDirectory, { because: decision.because, paths });
    throw new LonghaulError(decision.code ?? 'DELETE_REFUSED', decision.because);
  }
  const parents = found.deletions.map(({ path }) => parentOf(path));
  const changed = recordDeleteIntent(input.store.roundDirectory, parents);
  const left = await deleteAll(input, options, context, found, tally);
  if (options.trash) await expire(input, options.trash, context);
  const { failed } = await finishAll(context, input.chunk, changed, input.signal);
  for (const outcome of failed) tally.add(undefined, outcome);
  await context.pool.run({ type: 'sync destination', destinationFd: context.destinationFd });
  input.lease.check();
  writeDeleteRecord(input.store.roundDirectory, { left });
  return result(tally, startedAt);
}

function sampleOf({ deletions: [first] }: Candidates): { first?: string } {
  return first === undefined ? {} : { first: printable(first.path) };
}

function doubt(proveSource: () => void): { sourceInDoubt?: string } {
  try {
    proveSource();
    return {};
  } catch (error) {
    return { sourceInDoubt: (error as Error).message };
  }
}

/** Returns the paths that could not be deleted. */
async function deleteAll(
  input: StepInput,
  { trash }: DeleteOptions,
  { pool, sourceFd, destinationFd, cancel }: StepContext,
  { deletions }: Candidates,
  tally: Tally,
): Promise<RawPath[]> {
  const left: RawPath[] = [];
  const report = progressReporter('delete-pass', input.onProgress, { entries: deletions.length });
  for (let i = 0; i < deletions.length; i += BATCH) {
    input.lease.check();
    const { outcomes, failure } = await pool.run({
      type: 'delete entries',
      sourceFd,
      destinationFd,
      deletions: deletions.slice(i, i + BATCH),
      cancel,
      ...(trash === undefined ? {} : { trash: joinRaw(trash.path, String(input.round.number)) }),
    });
    for (const outcome of outcomes) {
      tally.add(undefined, outcome);
      if (outcome.outcome !== 'absent') left.push(outcome.name);
    }
    throwFailure(failure);
    throwIfStopped(input.signal);
    report({ entries: tally.entries, bytes: 0 });
  }
  return left;
}

async function expire(
  { round }: StepInput,
  { path, keepForMs }: NonNullable<DeleteOptions['trash']>,
  { pool, destinationFd }: StepContext,
): Promise<void> {
  const beforeSeconds = (Date.now() - keepForMs) / 1000;
  const job = { destinationFd, trash: path, currentRound: round.number, beforeSeconds };
  await pool.run({ type: 'expire trash', ...job });
}

function result(tally: Tally, startedAt: number): StepResult {
  return {
    step: 'delete-pass',
    counters: { deleted: tally.of('absent'), kept: tally.of('drifted') },
    blocked: tally.of('blocked'),
    open: tally.open,
    elapsedMs: Date.now() - startedAt,
  };
}
