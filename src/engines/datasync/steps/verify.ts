/**
 * The verify step: the reports of the round are read, entry by entry; files that differ are copied once more by
 * a manifest of just those, and what is then still not right is told with its class.
 */
import { entryClass, judgeEnd, isEnd } from '../../../policy/datasync/failures.ts';
import { placeOf } from '../../../aws/iam-facts.ts';
import { bucketArn } from '../../../policy/iam/arns.ts';
import { printable, type RawPath } from '../../../paths.ts';
import type { OpenEntry, StepResult } from '../../../model/round.ts';
import type { StepJob } from '../../engine.ts';
import { partsOf } from '../service/chunk-state.ts';
import { BEFORE_COPIES } from './copy.ts';
import {
  executionsWithEvidence,
  foldEvidence,
  keepEvidence,
  type Evidence,
} from '../evidence/evidence.ts';
import { attemptsOf, giveUp, stateOf } from '../service/execution-record.ts';
import { foldRound, inChunk, type Folded } from '../evidence/fold.ts';
import { fitsManifest, putManifest } from '../evidence/manifest.ts';
import { readReport } from '../evidence/report.ts';
import { reportConfig, reportPrefix } from '../service/resources.ts';
import { lastOfTry, runJudged, type EngineParts } from './step.ts';

/** Runs of a repair each time a chunk is tried. */
const REPAIRS = [{ id: '1' }, { id: '2' }] as const;
const SAMPLES = 20;

export async function verify(parts: EngineParts, job: StepJob): Promise<StepResult> {
  const startedAt = parts.options.time.now();
  job.lease.check();
  await readReports(parts, job);
  const mismatched = stillWrong(job).length;
  for (const { id } of REPAIRS) await repair(parts, job, id);
  const all = [...foldRound(job).entries.values()];
  const open = all.filter(
    ({ status, reason }) => reason && (status === 'blocked' || status === 'drifted'),
  );
  const blocked = open.filter(({ status }) => status === 'blocked');
  if (blocked.length > 0) decideAnew(job);
  return {
    step: 'verify',
    counters: { ...countersOf(all), mismatched },
    blocked: blocked.length,
    open: [...blocked, ...open.filter(({ status }) => status === 'drifted')]
      .slice(0, SAMPLES)
      .map(toOpen),
    elapsedMs: parts.options.time.now() - startedAt,
  };
}

/** The next try copies again what differs, and repairs again what differs in content alone. */
function decideAnew({ store, chunk }: StepJob): void {
  giveUp(store, 'copy', partsOf(store, chunk));
  giveUp(store, 'repair', REPAIRS);
}

/** Each report that is there is read once. */
export async function readReports({ options }: EngineParts, job: StepJob): Promise<void> {
  const { clients, spec } = options;
  const place = { bucket: spec.aws.reports.bucket, prefix: reportPrefix(spec) };
  const told = executionsWithEvidence(job.store);
  for (const { end, below } of attemptsOf(job.store)) {
    if (end === undefined || end.report !== 'SUCCESS' || told.has(end.arn)) continue;
    job.lease.check();
    await keepEvidence(job.store, end.arn, readReport(clients.s3, { ...place, below }, end.arn));
  }
}

/** Files that a verification found different, as far as a manifest can name them. */
function stillWrong(job: StepJob): readonly RawPath[] {
  const order = attemptsOf(job.store).flatMap(({ end }) => end?.arn ?? []);
  return [...foldEvidence(job.store, order).values()]
    .filter((entry) => isWrong(entry) && entry.kind !== 'directory')
    .map(({ path }) => path)
    .filter((path) => inChunk(path, job.chunk) && fitsManifest(path))
    .sort();
}

/** One that the repair had to leave out is wrong still: a copy by size and time would not see it. */
function isWrong({ what, found, reason = '' }: Evidence): boolean {
  const isLeftOut = (what === 'skipped' || what === 'failed') && found !== undefined;
  return what === 'mismatched' || (isLeftOut && entryClass(reason) !== 'vanished');
}

async function repair(parts: EngineParts, job: StepJob, run: string): Promise<void> {
  const key = { purpose: 'repair', part: run } as const;
  const state = stateOf(job.store, key);
  const last = lastOfTry(state);
  if (state.open === undefined && last !== undefined && isEnd(judgeEnd(last))) return;
  const paths = stillWrong(job);
  if (paths.length === 0 && state.open === undefined) return;
  const { spec, clients } = parts.options;
  const { bucket, prefix, writeRole, readRole = writeRole } = spec.aws.reports;
  const object = `${prefix}/${spec.name}/manifests/${job.chunk.id}-${job.round.number}-${run}.csv`;
  job.lease.check();
  if (state.open === undefined) await putManifest(clients.s3, { bucket, key: object }, paths);
  await runJudged(parts, {
    job,
    key,
    step: 'verify',
    priority: BEFORE_COPIES,
    request: {
      // Size and time are equal when only the content differs: CHANGED would see nothing.
      OverrideOptions: {
        TransferMode: 'ALL',
        VerifyMode: 'ONLY_FILES_TRANSFERRED',
        OverwriteMode: 'ALWAYS',
        PreserveDeletedFiles: 'PRESERVE',
      },
      ManifestConfig: {
        Action: 'TRANSFER',
        Format: 'CSV',
        Source: {
          S3: {
            S3BucketArn: bucketArn(placeOf(spec.aws), bucket),
            ManifestObjectPath: object,
            BucketAccessRoleArn: readRole,
          },
        },
      },
      TaskReportConfig: reportConfig(parts.options),
    },
  });
  await readReports(parts, job);
}

function countersOf(all: readonly Folded[]): Record<string, number> {
  const count = (test: (folded: Folded) => boolean): number => all.filter(test).length;
  const repaired = count(({ evidence }) => evidence?.repaired === true);
  const corrupt = count(({ reason }) => reason?.class === 'corruption');
  return {
    verified: count(({ evidence }) => evidence?.what === 'verified'),
    corrupt: corrupt + repaired,
    repaired,
    drifted: count(({ status }) => status === 'drifted'),
    vanished: count(({ reason }) => reason?.class === 'vanished'),
    locked: count(({ reason }) => reason?.class === 'locked'),
    unreadable: count(({ reason }) => reason?.class === 'unreadable'),
    blocked: count(({ status, reason }) => status === 'blocked' && reason !== undefined),
  };
}

function toOpen({ path, reason }: Folded): OpenEntry {
  const { code, text } = reason!;
  return { path: printable(path), code, message: `DataSync says: ${text}` };
}
