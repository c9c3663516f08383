/** Tells drift (the source changed after the copy) from corruption (the copy is wrong). */
import type { Entry } from '../../../model/entry.ts';
import { hasChanged } from '../../../policy/datasync/entry-class.ts';
import { isFinalEnd, judgeEnd } from '../../../policy/datasync/failures.ts';
import type { StepJob } from '../../engine.ts';
import { attemptsOf } from '../service/execution-journal.ts';
import { reportedExecutions, type Evidence } from './evidence.ts';
import { fitsManifest } from './manifest.ts';

/** Decides for an entry whose copy differs from the source. */
export function isDrift(job: StepJob, known: Entry | undefined, evidence: Evidence): boolean {
  return hasChangedSinceCopy(job, known, evidence) || isMissedByRepair(job, evidence);
}

/** Compares times of the file server with each other where the reports have them, never two clocks. */
function hasChangedSinceCopy(job: StepJob, known: Entry | undefined, evidence: Evidence): boolean {
  const wasCopied = known?.status === 'verified' || known?.status === 'unverified';
  const hasTime = known?.mtimeSeconds !== 0; // 0: no report had it
  const copied = evidence.copied ?? (wasCopied && hasTime ? known : undefined);
  return hasChanged(copied, evidence.found) ?? isNewerThanCopies(job, evidence);
}

/** Compares the source's mtime with the launch of the last execution that copied. */
function isNewerThanCopies(
  job: StepJob,
  { mtimeSeconds, mtimeNanoseconds = 0 }: Evidence,
): boolean {
  if (mtimeSeconds === undefined) return false;
  const copies = attemptsOf(job.store).filter(({ purpose }) => purpose !== 'remove');
  const launchedAt = Math.max(...copies.map(({ end }) => end?.launchedAt ?? 0));
  return mtimeSeconds * 1000 + mtimeNanoseconds / 1e6 > launchedAt;
}

/**
 * Returns true when a later repair ran to its end without listing the entry: it was gone by then. It
 * counts as deleted only when the next list of the source does not have it either.
 */
function isMissedByRepair({ store }: StepJob, { path, kind, what, found }: Evidence): boolean {
  if (what !== 'mismatched' || kind === 'directory' || !fitsManifest(path)) return false;
  const reported = reportedExecutions(store);
  const attempts = attemptsOf(store);
  const foundAt = attempts.findIndex(({ end }) => end?.arn === found?.by);
  return attempts
    .slice(foundAt + 1)
    .some(
      ({ purpose, end }) =>
        purpose === 'repair' &&
        end !== undefined &&
        isFinalEnd(judgeEnd(end)) &&
        reported.has(end.arn),
    );
}
