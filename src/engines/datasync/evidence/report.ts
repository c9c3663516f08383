/**
 * Task reports: JSON objects that DataSync puts into a bucket, the only source about single entries. They
 * are read object by object. Names are text, so names that are not UTF-8 may be indistinguishable.
 */
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { awsAnswer } from '../../../aws/failures.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { joinRaw, rawFromText, type RawPath } from '../../../paths.ts';

export type Reported = 'transferred' | 'verified' | 'mismatched' | 'skipped' | 'deleted' | 'failed';

export interface ReportedEntry {
  readonly path: RawPath;
  readonly what: Reported;
  readonly kind?: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes?: number;
  readonly mtimeSeconds?: number;
  readonly mtimeNanoseconds?: number;
  /** DataSync's own text. */
  readonly reason?: string;
}

export interface ReportLocation {
  readonly bucket: string;
  /** The Subdirectory of the TaskReportConfig. */
  readonly prefix: string;
  /** Directory in the tree at which the reported paths begin; the root when absent. */
  readonly below?: RawPath | undefined;
}

/** Yields the entries in the report of one execution. Throws LINK_DOWN, BUSY or AWS_REFUSED. */
export async function* readReport(
  s3: S3Client,
  { bucket, prefix, below = '' }: ReportLocation,
  executionArn: string,
): AsyncGenerator<ReportedEntry> {
  const [task, execution] = executionArn.split('/').filter((part) => /^(task|exec)-/.test(part));
  const Prefix = `${prefix.replace(/^\/+|\/+$/g, '')}/Detailed-Reports/${task}/${execution}/`;
  for (const key of await keysBelow(s3, bucket, Prefix)) {
    if (!key.endsWith('.json') || key.endsWith('summary.json')) continue;
    for (const entry of entriesOf(await readObject(s3, bucket, key), key))
      yield { ...entry, path: joinRaw(below, entry.path) };
  }
}

async function keysBelow(s3: S3Client, Bucket: string, Prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  try {
    for await (const { Contents } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix }))
      keys.push(...(Contents ?? []).flatMap(({ Key }) => Key ?? []));
  } catch (error) {
    throw awsAnswer('ListObjectsV2', error);
  }
  return keys;
}

async function readObject(s3: S3Client, Bucket: string, Key: string): Promise<string> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToString('utf8')) ?? '';
  } catch (error) {
    throw awsAnswer('GetObject', error);
  }
}

interface Item {
  readonly RelativePath?: string;
  readonly SrcMetadata?: {
    readonly Type?: string;
    readonly ContentSize?: number;
    readonly LastModified?: string;
  };
  readonly TransferStatus?: string;
  readonly VerifyStatus?: string;
  readonly DeletedStatus?: string;
  readonly DeleteStatus?: string;
  readonly FailureReason?: string;
  readonly ErrorDetail?: string;
  readonly SkipReason?: string;
}

const LISTS = ['Transferred', 'Skipped', 'Verified', 'Deleted'] as const;
type List = (typeof LISTS)[number];

function* entriesOf(text: string, key: string): Generator<ReportedEntry> {
  let report: Partial<Record<List, readonly Item[]>>;
  try {
    report = JSON.parse(text) as typeof report;
  } catch (cause) {
    throw new LonghaulError('IO_ERROR', `The report ${key} is not valid JSON`, { cause });
  }
  for (const list of LISTS) {
    for (const item of report[list] ?? []) {
      const entry = entryOf(list, item);
      if (entry.path !== '') yield entry;
    }
  }
}

function entryOf(list: List, item: Item): ReportedEntry {
  const reason = item.FailureReason ?? item.ErrorDetail ?? item.SkipReason;
  const { Type, ContentSize, LastModified } = item.SrcMetadata ?? {};
  return {
    path: rawFromText((item.RelativePath ?? '').replace(/^\/+/, '')),
    what: whatOf(list, item),
    ...(Type === undefined ? {} : { kind: KINDS[Type] ?? 'other' }),
    ...(ContentSize === undefined ? {} : { sizeBytes: ContentSize }),
    ...(LastModified === undefined ? {} : timeOf(LastModified)),
    ...(reason === undefined ? {} : { reason }),
  };
}

const KINDS: Readonly<Record<string, NonNullable<ReportedEntry['kind']>>> = {
  Regular: 'file',
  Directory: 'directory',
  Symlink: 'symlink',
};

function whatOf(list: List, item: Item): Reported {
  const failed = (status: string | undefined): boolean => status === 'FAILED' || status === 'ERROR';
  switch (list) {
    case 'Transferred':
      return failed(item.TransferStatus) ? 'failed' : 'transferred';
    case 'Verified':
      return failed(item.VerifyStatus) ? 'mismatched' : 'verified';
    case 'Deleted':
      return failed(item.DeletedStatus ?? item.DeleteStatus) ? 'failed' : 'deleted';
    case 'Skipped':
      return 'skipped';
  }
}

/** Parses '2022-01-07T16:59:26.136114671Z' with up to nanoseconds. */
function timeOf(text: string): { mtimeSeconds: number; mtimeNanoseconds: number } {
  const fraction = /\.(\d+)Z?$/.exec(text)?.[1] ?? '';
  const seconds = Math.floor(Date.parse(text.replace(/\.\d+/, '')) / 1000);
  return {
    mtimeSeconds: Number.isFinite(seconds) ? seconds : 0,
    mtimeNanoseconds: Number(fraction.padEnd(9, '0').slice(0, 9)),
  };
}
