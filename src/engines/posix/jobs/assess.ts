/** Thread side of an assessment: lists directories, and counts instead of keeping. */
import { joinRaw, printable, rawToBytes, type RawPath } from '../../../paths.ts';
import type { EntryKind } from '../../../model/entry.ts';
import type { DirectorySummary } from '../../../policy/chunks/plan.ts';
import { readDirectory } from '../native/directory-reader.ts';
import { deviceOf, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../native/statx.ts';
import { compileExcludes, type Excludes, type ExcludeRules } from '../tree/excludes.ts';
import { cannotOpen, ReadQuestion } from './readable.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { statxField as field, type Block } from '../native/libc.ts';
import {
  emptyTally,
  type EXTREMES,
  histogramIndex,
  keepLargest,
  sample,
  type Tally,
} from '../tree/tally.ts';

export interface AssessDirectoriesJob extends JobBase {
  readonly type: 'assess directories';
  readonly rootFd: number;
  readonly directories: readonly RawPath[];
  readonly excludes: ExcludeRules;
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
  readonly left: readonly RawPath[];
  readonly summaries: readonly DirectorySummary[];
  readonly tally: Tally;
  readonly linked: readonly LinkedName[];
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

export function assessDirectories(
  job: AssessDirectoriesJob,
  context: ThreadContext,
): AssessDirectoriesResult {
  const excludes = compileExcludes(job.excludes);
  const into = {
    tally: emptyTally(),
    subdirectories: [] as RawPath[],
    summaries: [] as DirectorySummary[],
    linked: [] as LinkedName[],
  };
  let done = 0;
  for (const path of job.directories) {
    if (context.stopped()) break;
    assessDirectory(path, job, excludes, into);
    done++;
  }
  return { ...into, left: job.directories.slice(done) };
}

interface Collected {
  readonly tally: Tally;
  readonly subdirectories: RawPath[];
  readonly summaries: DirectorySummary[];
  readonly linked: LinkedName[];
}

function assessDirectory(
  path: RawPath,
  job: AssessDirectoriesJob,
  excludes: Excludes,
  into: Collected,
): void {
  const { tally } = into;
  const level = path === '' ? 0 : path.split('/').length;
  const bytesBefore = tally.bytes;
  let entries = 0;
  const asks = new ReadQuestion();
  const failure = readDirectory(job.rootFd, path, {
    entry(name, stat) {
      const type = field.mode(stat) & S_IFMT;
      if (excludes.isNameExcluded(path, name, type === S_IFDIR)) {
        tally.excluded++;
        return;
      }
      entries++;
      countName(tally, path, name, level + 1);
      const kind = KINDS[type] ?? 'unknown';
      tally.kinds[kind] = (tally.kinds[kind] ?? 0) + 1;
      if (type === S_IFDIR) {
        const child = joinRaw(path, name);
        if (deviceOf(stat) === job.device) into.subdirectories.push(child);
        else sample(tally.mountPoints, child);
      } else {
        countOther(path, name, stat, type, into);
        if (type !== S_IFREG || !asks.isDoubtful(stat)) return;
        const code = cannotOpen(job.rootFd, joinRaw(path, name));
        if (code === undefined) return;
        const text = joinRaw(path, name);
        tally.unreadable++;
        const message = `Cannot open ${printable(text)}`;
        sample(tally.unreadableSamples, { path: text, code, message });
      }
    },
    unreadable(name, _type, code) {
      entries++;
      const text = joinRaw(path, name);
      tally.unreadable++;
      sample(tally.unreadableSamples, {
        path: text,
        code,
        message: `Cannot look at ${printable(text)}`,
      });
    },
  });
  if (failure !== undefined) {
    tally.unreadable++;
    const message = `Cannot list ${printable(path) || '.'} to its end`;
    sample(tally.unreadableSamples, { path, code: failure, message });
  }
  tally.directories++;
  tally.entries += entries;
  keepLargest(tally.widest, { value: entries, path });
  keepLargest(tally.deepest, { value: level, path });
  into.summaries.push({ path, entries, bytes: tally.bytes - bytesBefore });
}

function countOther(
  path: RawPath,
  name: RawPath,
  stat: Block,
  type: number,
  into: Collected,
): void {
  const { tally } = into;
  const size = field.size(stat);
  const nlink = field.nlink(stat);
  if (nlink > 1) {
    into.linked.push({ inode: field.inode(stat), nlink, path: joinRaw(path, name) });
    extreme(tally, 'mostLinks', nlink, path, name);
  }
  if (type === S_IFREG) {
    tally.bytes += size;
    tally.sizeHistogram[histogramIndex(size)]!++;
    tally.sizeHistogramBytes[histogramIndex(size)]! += size;
    extreme(tally, 'largestFileBytes', size, path, name);
    const allocated = field.blocks(stat) * 512;
    // Tails and compression take less than their size too: a hole has at least a page.
    if (size - allocated >= 4096) {
      tally.sparseFiles++;
      tally.sparseAllocatedBytes += allocated;
      tally.sparseHoleBytes += size - allocated;
    }
  } else if (type === S_IFLNK) {
    extreme(tally, 'longestSymlinkTargetBytes', size, path, name);
  } else {
    tally.specialFiles++;
    sample(tally.specialSamples, { path: joinRaw(path, name), kind: KINDS[type] ?? 'unknown' });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
// eslint-disable-next-line no-control-regex -- all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

function countName(tally: Tally, path: RawPath, name: RawPath, level: number): void {
  extreme(tally, 'longestNameBytes', name.length, path, name);
  extreme(
    tally,
    'longestPathBytes',
    path === '' ? name.length : path.length + 1 + name.length,
    path,
    name,
  );
  extreme(tally, 'deepestLevel', level, path, name);
  if (ASCII.test(name)) return;
  try {
    utf8.decode(rawToBytes(name));
  } catch {
    tally.notUtf8Names++;
    sample(tally.notUtf8Samples, joinRaw(path, name));
  }
}

function extreme(
  tally: Tally,
  which: (typeof EXTREMES)[number],
  value: number,
  path: RawPath,
  name: RawPath,
): void {
  if (value > tally.extremes[which].value)
    tally.extremes[which] = { value, path: joinRaw(path, name) };
}
