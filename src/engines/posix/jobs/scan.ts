/**
 * Thread side of the scan: lists directories and returns them as records for the shard, with the
 * subdirectories to go on with. A directory that cannot be listed to its end, or in which a name
 * cannot be looked at, is a record that is not `complete`; only a transient failure fails the job.
 */
import { ENTRY_STATUSES, type EntryStatus } from '../../../model/entry.ts';
import { ByteWriter } from '../../../catalog/bytes.ts';
import { PartEncoder } from '../../../catalog/codec.ts';
import { joinRaw, type RawPath } from '../../../paths.ts';
import { readDirectory } from '../native/directory-reader.ts';
import { deviceOf, emptyFields, readFields, S_IFDIR, S_IFMT } from '../native/statx.ts';
import { compileExcludes, type Excludes } from '../tree/excludes.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { note, noFacts, type ScanFacts } from '../round/scan-facts.ts';
import { appendRecord } from '../round/scan-record.ts';
import { statusOf, type ScanRules } from '../round/scan-rules.ts';

export interface ScanDirectoriesJob extends JobBase {
  readonly type: 'scan directories';
  /** Descriptor of the tree's root: one for all threads, so that all see the same mount. */
  readonly rootFd: number;
  readonly directories: readonly RawPath[];
  /** Roots of other chunks: neither recorded nor descended into. */
  readonly without: readonly RawPath[];
  readonly rules: ScanRules;
}

export interface ScanDirectoriesResult {
  /** Records for the shard; see scan-record.ts. */
  readonly records: Uint8Array<ArrayBuffer>;
  readonly subdirectories: readonly RawPath[];
  /** How many were listed. */
  readonly directories: number;
  readonly entries: number;
  readonly bytes: number;
  readonly facts: ScanFacts;
  /** Those not begun because the pool is being stopped. */
  readonly left: readonly RawPath[];
}

const encoder = new PartEncoder();
const fields = emptyFields();
const STATUS_NUMBERS = Object.fromEntries(
  ENTRY_STATUSES.map((status, number) => [status, number]),
) as Record<EntryStatus, number>;

/** Compiled patterns, kept while jobs of the same scan follow each other. */
let compiled: { readonly key: string; readonly excludes: Excludes } | undefined;

export function scanDirectories(
  job: ScanDirectoriesJob,
  context: ThreadContext,
): ScanDirectoriesResult {
  const out = new ByteWriter(64 * 1024);
  const subdirectories: RawPath[] = [];
  const totals = { entries: 0, bytes: 0, facts: noFacts() };
  let done = 0;
  for (const path of job.directories) {
    if (context.stopped()) break;
    scanDirectory(path, job, { out, subdirectories, totals });
    done++;
  }
  return {
    records: out.bytes.slice(0, out.at),
    subdirectories,
    directories: done,
    ...totals,
    left: job.directories.slice(done),
  };
}

interface Collected {
  readonly out: ByteWriter;
  readonly subdirectories: RawPath[];
  readonly totals: { entries: number; bytes: number; readonly facts: ScanFacts };
}

function scanDirectory(path: RawPath, job: ScanDirectoriesJob, into: Collected): void {
  const { rules } = job;
  const excludes = excludesOf(rules);
  const hidden = new Set(job.without);
  const closePart = (complete: boolean, continues: boolean, failure: string): void => {
    const { count, fileBytes } = encoder;
    const body = encoder.out.written();
    appendRecord(into.out, { path, complete, continues, failure, count, fileBytes, body });
    into.totals.entries += count;
    into.totals.bytes += fileBytes;
    encoder.begin();
  };
  const append = (status: EntryStatus): void => {
    if (encoder.full) closePart(false, true, '');
    note(into.totals.facts, status, fields);
    encoder.append(fields, STATUS_NUMBERS[status]);
  };
  encoder.begin();
  const failure = readDirectory(job.rootFd, path, {
    entry(name, stat) {
      if (hidden.size > 0 && hidden.has(joinRaw(path, name))) return;
      readFields(stat, fields);
      fields.name = name;
      const isDirectory = (fields.mode & S_IFMT) === S_IFDIR;
      const isExcluded = excludes.isNameExcluded(path, name, isDirectory);
      const status = statusOf(fields.mode, isExcluded, deviceOf(stat), rules);
      if (isDirectory && status === 'seen') into.subdirectories.push(joinRaw(path, name));
      append(status);
    },
    unreadable(name, typeBits) {
      if (hidden.size > 0 && hidden.has(joinRaw(path, name))) return;
      Object.assign(fields, emptyFields(name, typeBits));
      append('unreadable');
    },
  });
  closePart(failure === undefined, false, failure ?? '');
}

function excludesOf(rules: ScanRules): Excludes {
  const key = JSON.stringify(rules.excludes);
  if (compiled?.key !== key) compiled = { key, excludes: compileExcludes(rules.excludes) };
  return compiled.excludes;
}
