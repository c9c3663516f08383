/** Lists directories for an assessment, and counts what is in them instead of keeping it. */
import { type Code } from '../../../errors/codes.ts';
import type { EntryKind } from '../../../model/entry.ts';
import { joinRaw, printable, rawToBytes, type RawPath } from '../../../paths.ts';
import type { DirectorySummary } from '../../../policy/chunks/plan.ts';
import { readDirectory, type DirectoryVisitor } from '../native/directory-reader.ts';
import type { Block } from '../native/libc.ts';
import {
  isMountPoint,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  statxField as field,
} from '../native/statx.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { compileExcludes, type Excludes, type ExcludeRules } from '../tree/excludes.ts';
import {
  addSample,
  emptyStatistics,
  histogramIndex,
  keepLargest,
  type Extremes,
  type TreeStatistics,
} from '../tree/statistics.ts';
import { currentReader, readDenial, ReadProbe } from './readable.ts';

export interface AssessDirectoriesJob extends JobBase {
  readonly type: 'assess directories';
  readonly rootFd: number;
  readonly directories: readonly RawPath[];
  readonly excludes: ExcludeRules;
  /** 'major:minor' of the root: directories on another device are mount points. */
  readonly device: string;
}

/** A name of a file that has more than one. */
export interface LinkedName {
  readonly inode: bigint;
  readonly nlink: number;
  readonly path: RawPath;
}

export interface AssessDirectoriesResult {
  readonly subdirectories: readonly RawPath[];
  /** Directories that were not started because the pool is being stopped. */
  readonly left: readonly RawPath[];
  readonly summaries: readonly DirectorySummary[];
  readonly statistics: TreeStatistics;
  readonly linked: readonly LinkedName[];
}

export function assessDirectories(
  job: AssessDirectoriesJob,
  context: ThreadContext,
): AssessDirectoriesResult {
  const assessor = new Assessor(job);
  let done = 0;
  for (const path of job.directories) {
    if (context.stopped()) break;
    assessor.assess(path);
    done++;
  }
  const { subdirectories, summaries, statistics, linked } = assessor;
  return { subdirectories, summaries, statistics, linked, left: job.directories.slice(done) };
}

const KINDS: Readonly<Record<number, EntryKind>> = {
  [S_IFREG]: 'file',
  [S_IFDIR]: 'directory',
  [S_IFLNK]: 'symlink',
  0o010000: 'fifo',
  0o140000: 'socket',
  0o020000: 'character device',
  0o060000: 'block device',
};
const kindOf = (type: number): string => KINDS[type] ?? 'unknown';

const utf8 = new TextDecoder('utf-8', { fatal: true });
// eslint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\x00-\x7f]*$/;
/** Tail packing and compression save less than a page; a hole saves at least one. */
const MIN_HOLE_BYTES = 4096;

/** Counts the entries of one directory after the other. */
class Assessor implements DirectoryVisitor {
  readonly statistics = emptyStatistics();
  readonly subdirectories: RawPath[] = [];
  readonly summaries: DirectorySummary[] = [];
  readonly linked: LinkedName[] = [];
  private readonly job: AssessDirectoriesJob;
  private readonly excludes: Excludes;
  private readonly reader = currentReader();
  /** The current directory, and the number of entries counted in it. */
  private path: RawPath = '';
  private level = 0;
  private entries = 0;
  private readProbe = new ReadProbe(this.reader);

  constructor(job: AssessDirectoriesJob) {
    this.job = job;
    this.excludes = compileExcludes(job.excludes);
  }

  assess(path: RawPath): void {
    const { statistics } = this;
    this.path = path;
    this.level = path === '' ? 0 : path.split('/').length;
    this.entries = 0;
    this.readProbe = new ReadProbe(this.reader);
    const bytesBefore = statistics.bytes;
    const code = readDirectory(this.job.rootFd, path, this);
    if (code !== undefined) {
      this.addUnreadable(path, code, `Cannot list ${printable(path) || '.'} completely`);
    }
    statistics.directories++;
    statistics.entries += this.entries;
    keepLargest(statistics.widest, { value: this.entries, path });
    keepLargest(statistics.deepest, { value: this.level, path });
    const bytes = statistics.bytes - bytesBefore;
    this.summaries.push({ path, entries: this.entries, bytes });
  }

  entry(name: RawPath, stat: Block): void {
    const { statistics } = this;
    const type = field.mode(stat) & S_IFMT;
    if (this.excludes.isNameExcluded(this.path, name, type === S_IFDIR)) {
      statistics.excluded++;
      return;
    }
    this.entries++;
    this.countName(name);
    const kind = kindOf(type);
    statistics.kinds[kind] = (statistics.kinds[kind] ?? 0) + 1;
    if (type === S_IFDIR) {
      this.addDirectory(name, stat);
      return;
    }
    if (field.nlink(stat) > 1) this.addLinked(name, stat);
    if (type === S_IFREG) this.countFile(name, stat);
    else if (type === S_IFLNK) this.extreme('longestSymlinkTargetBytes', field.size(stat), name);
    else this.countSpecial(name, kind);
  }

  unreadable(name: RawPath, _typeBits: number, code: Code): void {
    this.entries++;
    const path = joinRaw(this.path, name);
    this.addUnreadable(path, code, `Cannot stat ${printable(path)}`);
  }

  private addUnreadable(path: RawPath, code: Code, message: string): void {
    this.statistics.unreadable++;
    addSample(this.statistics.unreadableSamples, { path, code, message });
  }

  private addDirectory(name: RawPath, stat: Block): void {
    const path = joinRaw(this.path, name);
    if (isMountPoint(stat, this.job.device)) addSample(this.statistics.mountPoints, path);
    else this.subdirectories.push(path);
  }

  private addLinked(name: RawPath, stat: Block): void {
    const nlink = field.nlink(stat);
    this.linked.push({ inode: field.inode(stat), nlink, path: joinRaw(this.path, name) });
    this.extreme('mostLinks', nlink, name);
  }

  private countFile(name: RawPath, stat: Block): void {
    const { statistics } = this;
    const size = field.size(stat);
    const index = histogramIndex(size);
    statistics.bytes += size;
    statistics.sizeHistogram[index]!++;
    statistics.sizeHistogramBytes[index]! += size;
    this.extreme('largestFileBytes', size, name);
    const allocated = field.blocks(stat) * 512;
    if (size - allocated >= MIN_HOLE_BYTES) {
      statistics.sparseFiles++;
      statistics.sparseAllocatedBytes += allocated;
      statistics.sparseHoleBytes += size - allocated;
    }
    if (this.readProbe.isNeeded(stat)) this.probeReading(joinRaw(this.path, name));
  }

  private probeReading(path: RawPath): void {
    const code = readDenial(this.job.rootFd, path);
    if (code !== undefined) this.addUnreadable(path, code, `Cannot open ${printable(path)}`);
  }

  private countSpecial(name: RawPath, kind: string): void {
    this.statistics.specialFiles++;
    addSample(this.statistics.specialSamples, { path: joinRaw(this.path, name), kind });
  }

  private countName(name: RawPath): void {
    const pathBytes = this.path === '' ? name.length : this.path.length + 1 + name.length;
    this.extreme('longestNameBytes', name.length, name);
    this.extreme('longestPathBytes', pathBytes, name);
    this.extreme('deepestLevel', this.level + 1, name);
    if (ASCII.test(name)) return;
    try {
      utf8.decode(rawToBytes(name));
    } catch {
      this.statistics.notUtf8Names++;
      addSample(this.statistics.notUtf8Samples, joinRaw(this.path, name));
    }
  }

  private extreme(which: keyof Extremes, value: number, name: RawPath): void {
    const { extremes } = this.statistics;
    if (value > extremes[which].value) {
      extremes[which] = { value, path: joinRaw(this.path, name) };
    }
  }
}
