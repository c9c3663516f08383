/**
 * Lists directories and returns them as records for the shard, with the subdirectories to scan next. A
 * directory whose listing is incomplete, or in which a stat failed, becomes a record that is not
 * `complete`; only a transient failure fails the job.
 */
import { ByteWriter } from '../../../catalog/bytes.ts';
import { PartEncoder } from '../../../catalog/codec.ts';
import { ENTRY_STATUSES, type EntryStatus } from '../../../model/entry.ts';
import { joinRaw, type RawPath } from '../../../paths.ts';
import { readDirectory, type DirectoryVisitor } from '../native/directory-reader.ts';
import type { Block } from '../native/libc.ts';
import {
  emptyEntryFields,
  isMountPoint,
  readEntryFields,
  S_IFDIR,
  S_IFMT,
} from '../native/statx.ts';
import { addEntryFacts, noFacts, type ScanFacts } from '../round/scan-facts.ts';
import { appendRecord } from '../round/scan-record.ts';
import { statusOf, type ScanRules } from '../round/scan-rules.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { compileExcludes, type Excludes } from '../tree/excludes.ts';

export interface ScanDirectoriesJob extends JobBase {
  readonly type: 'scan directories';
  /** Descriptor of the tree's root, the same for all threads, so that all see the same mount. */
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
  /** Number of directories that were listed. */
  readonly directories: number;
  readonly entries: number;
  readonly bytes: number;
  readonly facts: ScanFacts;
  /** Directories that were not started because the pool is being stopped. */
  readonly left: readonly RawPath[];
}

const encoder = new PartEncoder();
const fields = emptyEntryFields();
const STATUS_NUMBERS = Object.fromEntries(
  ENTRY_STATUSES.map((status, number) => [status, number]),
) as Record<EntryStatus, number>;

/** Compiled patterns, kept because jobs of one scan follow each other. */
let compiled: { readonly key: string; readonly excludes: Excludes } | undefined;

export function scanDirectories(
  job: ScanDirectoriesJob,
  context: ThreadContext,
): ScanDirectoriesResult {
  const scanner = new Scanner(job);
  let done = 0;
  for (const path of job.directories) {
    if (context.stopped()) break;
    scanner.scan(path);
    done++;
  }
  const { records, subdirectories, entries, bytes, facts } = scanner;
  return {
    records: records.bytes.slice(0, records.at),
    subdirectories,
    directories: done,
    entries,
    bytes,
    facts,
    left: job.directories.slice(done),
  };
}

/** Records one directory after the other. */
class Scanner implements DirectoryVisitor {
  readonly records = new ByteWriter(64 * 1024);
  readonly subdirectories: RawPath[] = [];
  readonly facts = noFacts();
  entries = 0;
  bytes = 0;
  private readonly job: ScanDirectoriesJob;
  private readonly excludes: Excludes;
  private readonly hidden: ReadonlySet<RawPath>;
  private path: RawPath = '';

  constructor(job: ScanDirectoriesJob) {
    this.job = job;
    this.excludes = excludesOf(job.rules);
    this.hidden = new Set(job.without);
  }

  scan(path: RawPath): void {
    this.path = path;
    encoder.begin();
    const failure = readDirectory(this.job.rootFd, path, this);
    this.endPart(failure === undefined, false, failure ?? '');
  }

  entry(name: RawPath, stat: Block): void {
    if (this.isHidden(name)) return;
    readEntryFields(stat, fields);
    fields.name = name;
    const isDirectory = (fields.mode & S_IFMT) === S_IFDIR;
    const isExcluded = this.excludes.isNameExcluded(this.path, name, isDirectory);
    const { rules } = this.job;
    const onOtherDevice = isMountPoint(stat, rules.device);
    const status = statusOf(fields.mode, isExcluded, onOtherDevice, rules);
    if (isDirectory && status === 'seen') this.subdirectories.push(joinRaw(this.path, name));
    this.append(status);
  }

  unreadable(name: RawPath, typeBits: number): void {
    if (this.isHidden(name)) return;
    Object.assign(fields, emptyEntryFields(name, typeBits));
    this.append('unreadable');
  }

  private isHidden(name: RawPath): boolean {
    return this.hidden.size > 0 && this.hidden.has(joinRaw(this.path, name));
  }

  private append(status: EntryStatus): void {
    if (encoder.full) this.endPart(false, true, '');
    addEntryFacts(this.facts, status, fields);
    encoder.append(fields, STATUS_NUMBERS[status]);
  }

  private endPart(complete: boolean, continues: boolean, failure: string): void {
    const { path } = this;
    const { count, fileBytes } = encoder;
    const body = encoder.out.written();
    appendRecord(this.records, { path, complete, continues, failure, count, fileBytes, body });
    this.entries += count;
    this.bytes += fileBytes;
    encoder.begin();
  }
}

function excludesOf(rules: ScanRules): Excludes {
  const key = JSON.stringify(rules.excludes);
  if (compiled?.key !== key) compiled = { key, excludes: compileExcludes(rules.excludes) };
  return compiled.excludes;
}
