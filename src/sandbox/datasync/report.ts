/**
 * Task reports: JSON objects in the S3 bucket of the report's configuration. There is a summary and, for
 * STANDARD reports, one list per kind of outcome. Source: user guide, "Task reports".
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Execution, World } from '../world/datasync.ts';
import type { Item } from './tree.ts';
import type { FileOutcome } from './work.ts';

interface ReportConfig {
  readonly Destination?: {
    readonly S3?: { readonly S3BucketArn: string; readonly Subdirectory?: string };
  };
  readonly OutputType?: string;
  readonly ReportLevel?: string;
}

export function writeReport(
  world: World,
  execution: Execution,
  outcomes: readonly FileOutcome[],
): Record<string, unknown> | undefined {
  const config = execution.fields['TaskReportConfig'] as ReportConfig | undefined;
  const s3 = config?.Destination?.S3;
  if (!config || !s3) return undefined;
  const [task, run] = execution.arn.split('/').filter((part) => /^(task|exec)-/.test(part));
  const folder = [s3.Subdirectory?.replace(/^\/+|\/+$/g, ''), 'Detailed-Reports', task, run]
    .filter(Boolean)
    .join('/');
  const bucket = s3.S3BucketArn.split(':').at(-1) ?? '';
  const put = (name: string, body: unknown): void => {
    const file = world.places.s3(bucket, join(folder, name));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(body));
  };
  put(`${run}.summary.json`, summary(execution));
  if (config.OutputType !== 'SUMMARY_ONLY') {
    const wanted = outcomes.filter(
      (o) => config.ReportLevel !== 'ERRORS_ONLY' || o.error !== undefined,
    );
    for (const [kind, whats] of LISTS) {
      const entries = wanted.filter((o) => whats.includes(o.what));
      if (entries.length > 0)
        put(
          `${run}.files-${kind}-v1-00001-0000000000000000.json`,
          fileList(execution, kind, entries),
        );
    }
  }
  return { Status: 'SUCCESS' };
}

const LISTS: readonly (readonly [string, readonly FileOutcome['what'][]])[] = [
  ['transferred', ['transferred']],
  ['skipped', ['skipped']],
  ['verified', ['verified', 'mismatched']],
  ['deleted', ['deleted']],
];

function summary({
  arn,
  status,
  result,
  counters,
  options,
  requestedAt,
  endedAt,
}: Execution): unknown {
  return {
    TaskExecutionArn: arn,
    Status: status,
    StartTime: new Date(requestedAt).toISOString(),
    EndTime: new Date(endedAt ?? requestedAt).toISOString(),
    Options: options,
    Counters: counters,
    Result: result,
  };
}

const TYPES = { file: 'Regular', directory: 'Directory', symlink: 'Symlink', other: 'Special' };

function metadataOf({ kind, stat }: Item): unknown {
  const second = 1_000_000_000n;
  const nanoseconds = ((stat.mtimeNs % second) + second) % second;
  const seconds = new Date(Number((stat.mtimeNs - nanoseconds) / 1_000_000n)).toISOString();
  return {
    Type: TYPES[kind],
    ContentSize: Number(stat.size),
    LastModified: seconds.replace(/\.\d+Z$/, `.${String(nanoseconds).padStart(9, '0')}Z`),
  };
}

function fileList({ arn }: Execution, kind: string, entries: readonly FileOutcome[]): unknown {
  const key =
    { transferred: 'Transferred', skipped: 'Skipped', verified: 'Verified', deleted: 'Deleted' }[
      kind
    ] ?? kind;
  return {
    TaskExecutionId: arn.split('/').slice(-3).join('/'),
    [key]: entries.map(({ path, what, error, item }) => ({
      RelativePath: `/${Buffer.from(path, 'latin1').toString()}`,
      ...(item === undefined ? {} : { SrcMetadata: metadataOf(item) }),
      ...(what === 'mismatched'
        ? { VerifyStatus: 'FAILED' }
        : {
            [`${key === 'Transferred' ? 'Transfer' : key}Status`]:
              error === undefined ? 'SUCCESS' : 'FAILED',
          }),
      ...(error === undefined ? {} : { FailureReason: error }),
    })),
  };
}
