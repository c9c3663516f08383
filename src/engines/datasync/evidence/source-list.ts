/** The list of the source that the reports of a round amount to, and whether it is complete. */
import { parentOf, type RawPath } from '../../../paths.ts';
import type { StepJob } from '../../engine.ts';
import { partsOf } from '../service/chunk-record.ts';
import type { EndedAttempt } from '../service/execution-journal.ts';
import { foldEvidence, type Evidence } from './evidence.ts';

/** Returns true when the last copy of each part ran to its end, verified everything, and has a stored report. */
export function listsAll(
  job: StepJob,
  ended: readonly EndedAttempt[],
  reported: ReadonlySet<string>,
): boolean {
  return partsOf(job.store, job.chunk).every((part) => {
    const last = lastCopyOf(ended, part.id);
    if (last === undefined) return false;
    const { verifyMode, phase, arn, status, errorCode } = last.end;
    const ranToItsEnd =
      status === 'SUCCESS' ||
      phase === 'done' ||
      errorCode === 'FilesSkipped' ||
      errorCode === 'OpNotSupp';
    return ranToItsEnd && verifyMode === 'POINT_IN_TIME_CONSISTENT' && reported.has(arn);
  });
}

/** Returns the paths at the source, with their ancestors: a report may leave directories out. */
export function listedPaths(
  job: StepJob,
  ended: readonly EndedAttempt[],
  evidence: ReadonlyMap<RawPath, Evidence>,
): ReadonlySet<RawPath> {
  const latest = sinceLastCopies(job, ended);
  if (latest.length === ended.length) return withAncestors(evidence.keys());
  const arns = latest.map(({ end }) => end.arn);
  return withAncestors(foldEvidence(job.store, arns).keys());
}

const lastCopyOf = (ended: readonly EndedAttempt[], part: string): EndedAttempt | undefined =>
  ended.filter((attempt) => attempt.purpose === 'copy' && attempt.part === part).at(-1);

/**
 * Leaves out copies that a later try of the chunk repeated: an entry that only they listed may be gone
 * by now. Their evidence about entries that still exist remains valid.
 */
function sinceLastCopies(job: StepJob, ended: readonly EndedAttempt[]): readonly EndedAttempt[] {
  const last = partsOf(job.store, job.chunk).map(({ id }) => lastCopyOf(ended, id));
  const repeated = ended.filter((attempt) => attempt.purpose === 'copy' && !last.includes(attempt));
  const first = ended.findIndex((attempt) => last.includes(attempt));
  return ended.filter((attempt, i) => i >= first && !repeated.includes(attempt));
}

function withAncestors(paths: Iterable<RawPath>): ReadonlySet<RawPath> {
  const all = new Set<RawPath>();
  for (const path of paths)
    for (let at = path; at !== '' && !all.has(at); at = parentOf(at)) all.add(at);
  return all;
}
