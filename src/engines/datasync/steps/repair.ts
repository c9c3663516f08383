/** Copies files whose verification failed once more, by a manifest of just those files. */
import { entryClass } from '../../../policy/datasync/entry-class.ts';
import { isFinalEnd, judgeEnd } from '../../../policy/datasync/failures.ts';
import { isInScope } from '../../../policy/datasync/scope.ts';
import type { RawPath } from '../../../paths.ts';
import type { StepJob } from '../../engine.ts';
import { foldEvidence, type Evidence } from '../evidence/evidence.ts';
import { fitsManifest, putManifest } from '../evidence/manifest.ts';
import { endedAttemptsOf, historyOf } from '../service/execution-journal.ts';
import { manifestConfig, reportConfig, reportPrefix } from '../service/report-bucket.ts';
import type { EngineContext } from './context.ts';
import { readReports } from './read-reports.ts';
import { BEFORE_COPIES, lastEndOfTry, runToVerdict } from './run-to-verdict.ts';

/** `id`: number of the repair in this try of the chunk. Does nothing when no file is mismatched. */
export async function repair(context: EngineContext, job: StepJob, id: string): Promise<void> {
  const key = { purpose: 'repair', part: id } as const;
  const history = historyOf(job.store, key);
  const isOpen = history.open !== undefined;
  const last = lastEndOfTry(history);
  if (!isOpen && last !== undefined && isFinalEnd(judgeEnd(last))) return;
  const paths = mismatchedFiles(job);
  if (!isOpen && paths.length === 0) return;
  const { spec, clients } = context.options;
  const manifest = `${reportPrefix(spec)}/manifests/${job.chunk.id}-${job.round.number}-${id}.csv`;
  job.lease.check();
  if (!isOpen)
    await putManifest(clients.s3, { bucket: spec.aws.reports.bucket, key: manifest }, paths);
  await runToVerdict(context, {
    job,
    key,
    step: 'verify',
    priority: BEFORE_COPIES,
    request: {
      // CHANGED compares size and time, which are equal when only the content differs.
      OverrideOptions: {
        TransferMode: 'ALL',
        VerifyMode: 'ONLY_FILES_TRANSFERRED',
        OverwriteMode: 'ALWAYS',
        PreserveDeletedFiles: 'PRESERVE',
      },
      ManifestConfig: manifestConfig(spec, manifest),
      TaskReportConfig: reportConfig(spec),
    },
  });
  await readReports(context, job);
}

/** Returns the files that a verification found different, as far as a manifest can name them. */
export function mismatchedFiles({ store, chunk }: StepJob): readonly RawPath[] {
  const arns = endedAttemptsOf(store).map(({ end }) => end.arn);
  return [...foldEvidence(store, arns).values()]
    .filter((evidence) => isMismatched(evidence) && evidence.kind !== 'directory')
    .map(({ path }) => path)
    .filter((path) => isInScope(path, chunk) && fitsManifest(path))
    .sort();
}

/** Includes files that a repair could not copy: a copy by size and time would not notice the difference. */
function isMismatched({ what, found, reason = '' }: Evidence): boolean {
  const isLeftOut = (what === 'skipped' || what === 'failed') && found !== undefined;
  return what === 'mismatched' || (isLeftOut && entryClass(reason) !== 'vanished');
}
