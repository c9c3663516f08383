/** The copy step: one execution for each part of the chunk; a part that is too big is split on the way. */
import { LonghaulError } from '../../../errors/failure.ts';
import { parentOf, type RawPath } from '../../../paths.ts';
import { verifyMode } from '../../../policy/datasync/rounds.ts';
import { splitScope, type WeighedDirectory } from '../../../policy/datasync/split-scope.ts';
import type { StepJob } from '../../engine.ts';
import type { StepResult } from '../../../model/round.ts';
import { partsOf, replacePart, unreportedBefore, type Part } from '../service/chunk-state.ts';
import { recordExecution } from '../service/execution-record.ts';
import { knownEntries } from '../evidence/fold.ts';
import { reportConfig } from '../service/resources.ts';
import { filtersOf, runJudged, toFilterRules, type EngineParts, type Judged } from './step.ts';

/** Big chunks first: a lane that ends with a small one wastes least. Repairs and removals go before all. */
export const BEFORE_COPIES = Number.MIN_SAFE_INTEGER;

export async function copy(parts: EngineParts, job: StepJob): Promise<StepResult> {
  const startedAt = parts.options.time.now();
  job.lease.check();
  const done = new Map<string, Judged>();
  for (let part = nextPart(job, done); part !== undefined; part = nextPart(job, done)) {
    const judged = await copyPart(parts, job, part);
    if (judged.verdict.kind === 'too big') await split(parts, job, part, judged);
    else done.set(part.id, judged);
  }
  return {
    step: 'copy',
    counters: countersOf([...done.values()]),
    blocked: 0,
    open: [],
    elapsedMs: parts.options.time.now() - startedAt,
  };
}

function nextPart({ store, chunk }: StepJob, done: ReadonlyMap<string, unknown>): Part | undefined {
  return partsOf(store, chunk).find(({ id }) => !done.has(id));
}

function copyPart(parts: EngineParts, job: StepJob, part: Part): Promise<Judged> {
  const unreported = unreportedBefore(job.store, job.chunk, job.round.number);
  const { mode } = verifyMode({ ...job.round, unreported });
  return runJudged(parts, {
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
      TaskReportConfig: reportConfig(parts.options),
    },
  });
}

/** Throws CHUNK_TOO_BIG when nothing is known to cut along. */
async function split(
  parts: EngineParts,
  job: StepJob,
  part: Part,
  { verdict }: Judged,
): Promise<void> {
  const scopes = splitScope(part, await parts.options.directoriesIn(part, weighKnown(job)));
  if (scopes === undefined || scopes.length < 2) {
    recordExecution(job.store, { t: 'gave up', purpose: 'copy', part: part.id });
    throw new LonghaulError(
      'CHUNK_TOO_BIG',
      `${verdict.because}, and nothing is known to split the chunk along`,
    );
  }
  for (const scope of scopes) filtersOf(job, { id: part.id, ...scope });
  replacePart(job.store, job.chunk, part.id, scopes);
}

/** Directories of the catalog, each with what is below it. */
function weighKnown(job: StepJob): readonly WeighedDirectory[] {
  const weights = new Map<RawPath, number>();
  for (const path of knownEntries(job).keys())
    for (let at = parentOf(path); at !== ''; at = parentOf(at))
      weights.set(at, (weights.get(at) ?? 0) + 1);
  return [...weights].map(([path, entries]) => ({ path, entries }));
}

function countersOf(all: readonly Judged[]): Record<string, number> {
  const now = all.filter(({ resumed }) => !resumed);
  const sum = (some: readonly Judged[], of: (judged: Judged) => number): number =>
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
