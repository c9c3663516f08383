/**
 * The delete-pass: what the round's own list of the source no longer has is counted against the caps first;
 * only then an execution removes, and it is cancelled when it announces more than was counted.
 */
import { LonghaulError, toFailure } from '../../../errors/failure.ts';
import { type Code } from '../../../errors/codes.ts';
import { parentOf, printable, type RawPath } from '../../../paths.ts';
import { decideDeletes } from '../../../policy/rounds/deletes.ts';
import { decideRemoval } from '../../../policy/datasync/rounds.ts';
import { canBeLocation } from '../../../aws/locations.ts';
import type { StepJob } from '../../engine.ts';
import type { StepResult } from '../../../model/round.ts';
import type { Described } from '../service/api.ts';
import { partsOf, type Part } from '../service/chunk-state.ts';
import { BEFORE_COPIES } from './copy.ts';
import { giveUp, stateOf } from '../service/execution-record.ts';
import { foldRound, inChunk, type Fold } from '../evidence/fold.ts';
import { reportConfig } from '../service/resources.ts';
import { readReports } from './verify.ts';
import { filtersOf, runJudged, toFilterRules, type EngineParts } from './step.ts';

export async function deletePass(parts: EngineParts, job: StepJob): Promise<StepResult> {
  const startedAt = parts.options.time.now();
  job.lease.check();
  const before = foldRound(job);
  const candidates = candidatesOf(before);
  try {
    await removeGone(parts, job, before, candidates);
  } catch (error) {
    if (REFUSALS.has(toFailure(error).code)) decideAnew(job);
    throw error;
  }
  const after = [...foldRound(job).entries.values()];
  const deleted = after.filter(({ status }) => status === 'deleted').map(({ path }) => path);
  const left = candidatesOf(foldRound(job)).length;
  return {
    step: 'delete-pass',
    counters: { candidates: candidates.length, deleted: topmost(deleted).length, awaiting: left },
    blocked: 0,
    open: [],
    elapsedMs: parts.options.time.now() - startedAt,
  };
}

const REFUSALS: ReadonlySet<Code> = new Set(['DELETE_REFUSED', 'SOURCE_CHANGED_IDENTITY']);

/** Somebody has mended the source, or allowed more: the next try lists it again, and asks the caps again. */
function decideAnew({ store, chunk }: StepJob): void {
  const all = partsOf(store, chunk);
  giveUp(store, 'copy', all);
  giveUp(store, 'remove', all);
}

async function removeGone(
  parts: EngineParts,
  job: StepJob,
  fold: Fold,
  candidates: readonly RawPath[],
): Promise<void> {
  const all = partsOf(job.store, job.chunk);
  const begun = all.some(({ id }) => hasBegun(job, id));
  if (!begun && !allowed(job, fold, candidates)) return;
  for (const part of all) await removeFrom(parts, job, part, candidates);
  await readReports(parts, job);
}

const candidatesOf = ({ entries }: Fold): readonly RawPath[] =>
  [...entries.values()]
    .filter(({ status }) => status === 'awaiting delete')
    .map(({ path }) => path);

/** A deleted directory stands for what was in it. */
function topmost(paths: readonly RawPath[]): readonly RawPath[] {
  const all = new Set(paths);
  return paths.filter((path) => !all.has(parentOf(path)));
}

function hasBegun({ store }: StepJob, part: string): boolean {
  const { open, sinceGivenUp } = stateOf(store, { purpose: 'remove', part });
  return open !== undefined || sinceGivenUp > 0;
}

/** Throws DELETE_REFUSED or SOURCE_CHANGED_IDENTITY. */
function allowed(job: StepJob, fold: Fold, candidates: readonly RawPath[]): boolean {
  const { deletes } = job.spec;
  const doubt = sourceInDoubt(job, fold);
  const [first] = candidates;
  const { action, code, because } = decideDeletes(
    {
      roundDeletes: job.round.deletes,
      candidates: candidates.length,
      entries: fold.entries.size,
      leaseHeld: true,
      ...(first === undefined ? {} : { first: printable(first) }),
      ...(doubt === undefined ? {} : { sourceInDoubt: doubt }),
    },
    deletes,
  );
  if (action === 'refuse') throw new LonghaulError(code ?? 'DELETE_REFUSED', because);
  return action === 'delete';
}

function sourceInDoubt(
  { spec, chunk, exceptions }: StepJob,
  { entries, complete }: Fold,
): string | undefined {
  if (!complete) return 'this round has no complete list of it';
  const present = [...entries.values()].filter(({ evidence }) => evidence !== undefined);
  if (present.length === 0 && entries.size > exceptions.size)
    return 'it lists nothing, where there was something';
  const { marker } = spec.source;
  if (marker === undefined || !inChunk(marker, chunk)) return undefined;
  return entries.get(marker)?.evidence === undefined
    ? `its marker ${marker} is not there`
    : undefined;
}

async function removeFrom(
  parts: EngineParts,
  job: StepJob,
  part: Part,
  all: readonly RawPath[],
): Promise<void> {
  const here = all.filter((path) => inChunk(path, { ...job.chunk, ...part }));
  if (here.length === 0 && !hasBegun(job, part.id)) return;
  const filters = filtersOf(job, part);
  const [root = ''] = part.roots;
  const answer = decideRemoval({
    scope: part,
    filters,
    rootIsPath: canBeLocation(root),
    rootIsGone: here.includes(root),
    removeWithFilters: job.spec.aws?.removeWithFilters ?? false,
  });
  if (answer.where === 'nowhere') {
    throw new LonghaulError(
      'DELETE_REFUSED',
      `${here.length} entries are gone at the source, and DataSync is not let remove them: ${answer.because}`,
      {
        hint: 'Try REMOVE with filters out in your account and set aws.removeWithFilters, or delete them by hand and accept them; then: longhaul retry NAME.',
      },
    );
  }
  // The whole tree needs no location of its own.
  const mirrored = answer.where === 'mirrored location' && root !== '';
  await runRemoval(parts, job, { part, root, mirrored, most: here.length, filters });
}

interface Removal {
  readonly part: Part;
  readonly root: RawPath;
  readonly mirrored: boolean;
  /** What was counted. */
  readonly most: number;
  readonly filters: ReturnType<typeof filtersOf>;
}

async function runRemoval(
  parts: EngineParts,
  job: StepJob,
  { part, root, mirrored, most, filters }: Removal,
): Promise<void> {
  const { resources } = parts;
  const task = (lane: number): Promise<string> =>
    resources.mirroredTask(lane, job.chunk.id, root, job.signal);
  await runJudged(parts, {
    job,
    key: { purpose: 'remove', part: part.id },
    step: 'delete-pass',
    priority: BEFORE_COPIES,
    ...(mirrored ? { mirrored: { below: root, task } } : {}),
    refuse: (seen) => tooMany(seen, most),
    request: {
      ...(mirrored ? {} : toFilterRules(filters)),
      OverrideOptions: {
        TransferMode: 'CHANGED',
        VerifyMode: 'ONLY_FILES_TRANSFERRED',
        OverwriteMode: 'ALWAYS',
        PreserveDeletedFiles: 'REMOVE',
      },
      TaskReportConfig: reportConfig(parts.options),
    },
  });
  if (mirrored) await resources.removeMirrored(job.chunk.id, root);
}

/** DataSync counts what it will delete before it does: more than our own list has is refused. */
function tooMany(
  { EstimatedFilesToDelete = 0, Result }: Described,
  most: number,
): LonghaulError | undefined {
  if (Result?.PrepareStatus !== 'SUCCESS' || EstimatedFilesToDelete <= most) return undefined;
  return new LonghaulError(
    'DELETE_REFUSED',
    `DataSync would delete ${EstimatedFilesToDelete} entries, our own list has ${most}; the execution was cancelled`,
  );
}
