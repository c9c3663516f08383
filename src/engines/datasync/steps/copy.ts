/** The copy step: one execution per part of the chunk. A part that is too big for its agent is split. */
import { LonghaulError } from '../../../errors/failure.ts';
import { parentOf, type RawPath } from '../../../paths.ts';
import { verifyMode } from '../../../policy/datasync/rounds.ts';
import { splitScope, type WeighedDirectory } from '../../../policy/datasync/split-scope.ts';
import type { StepJob } from '../../engine.ts';
import type { StepResult } from '../../../model/round.ts';
import { knownEntries } from '../evidence/known-entries.ts';
import { partsOf, replacePart, unreportedBefore, type ChunkPart } from '../service/chunk-record.ts';
import { recordExecution } from '../service/execution-journal.ts';
import { reportConfig } from '../service/report-bucket.ts';
import type { EngineContext } from './context.ts';
import { filtersOf, toFilterRules } from './part-filters.ts';
import { runToVerdict, type JudgedExecution } from './run-to-verdict.ts';

export async function copy(context: EngineContext, job: StepJob): Promise<StepResult> {
  const startedAt = context.options.time.now();
  job.lease.check();
  const done = new Map<string, JudgedExecution>();
  for (let part = nextPart(job, done); part !== undefined; part = nextPart(job, done)) {
    const judged = await copyPart(context, job, part);
    if (judged.verdict.kind === 'too big') await split(context, job, part, judged);
    else done.set(part.id, judged);
  }
  return {
    step: 'copy',
    counters: countersOf([...done.values()]),
    blocked: 0,
    open: [],
    elapsedMs: context.options.time.now() - startedAt,
  };
}

function nextPart(
  { store, chunk }: StepJob,
  done: ReadonlyMap<string, unknown>,
): ChunkPart | undefined {
  return partsOf(store, chunk).find(({ id }) => !done.has(id));
}

function copyPart(context: EngineContext, job: StepJob, part: ChunkPart): Promise<JudgedExecution> {
  const unreported = unreportedBefore(job.store, job.chunk, job.round.number);
  const { mode } = verifyMode({ ...job.round, unreported });
  return runToVerdict(context, {
    job,
    key: { purpose: 'copy', part: part.id },
    step: 'copy',
    priority: -job.chunk.bytes,
    request: {
      ...toFilterRules(filtersOf(job, part)),
      OverrideOptions: {
        VerifyMode: mode,
        TransferMode: 'CHANGED',
        OverwriteMode: 'ALWAYS',
        PreserveDeletedFiles: 'PRESERVE',
      },
      TaskReportConfig: reportConfig(context.options.spec),
    },
  });
}

/** Throws CHUNK_TOO_BIG when no directory is known along which to split. */
async function split(
  { options }: EngineContext,
  job: StepJob,
  part: ChunkPart,
  { verdict }: JudgedExecution,
): Promise<void> {
  const scopes = splitScope(part, await options.directoriesIn(part, weighKnown(job)));
  if (scopes === undefined || scopes.length < 2) {
    recordExecution(job.store, { t: 'gave up', purpose: 'copy', part: part.id });
    throw new LonghaulError(
      'CHUNK_TOO_BIG',
      `${verdict.because}, and no directory is known along which to split the chunk`,
    );
  }
  // Throws before anything is recorded when a filter cannot express a part.
  for (const scope of scopes) filtersOf(job, { id: part.id, ...scope });
  replacePart(job.store, job.chunk, part.id, scopes);
}

/** Returns the directories of the catalog with the number of entries below each. */
function weighKnown({ store }: StepJob): readonly WeighedDirectory[] {
  const weights = new Map<RawPath, number>();
  for (const path of knownEntries(store).keys())
    for (let at = parentOf(path); at !== ''; at = parentOf(at))
      weights.set(at, (weights.get(at) ?? 0) + 1);
  return [...weights].map(([path, entries]) => ({ path, entries }));
}

function countersOf(all: readonly JudgedExecution[]): Record<string, number> {
  const now = all.filter(({ resumed }) => !resumed);
  const sum = (some: readonly JudgedExecution[], of: (judged: JudgedExecution) => number): number =>
    some.reduce((total, judged) => total + of(judged), 0);
  return {
    executions: all.length,
    planned: sum(all, ({ end }) => end.filesToTransfer),
    copied: sum(now, ({ end }) => end.filesTransferred),
    resumed: sum(all, ({ end, resumed }) => (resumed ? end.filesTransferred : 0)),
    bytes: sum(now, ({ end }) => end.bytesWritten),
    wireBytes: sum(now, ({ end }) => end.bytesCompressed),
    prepareMs: sum(now, ({ end }) => end.prepareMs),
    transferMs: sum(now, ({ end }) => end.transferMs),
    verifyMs: sum(now, ({ end }) => end.verifyMs),
  };
}
