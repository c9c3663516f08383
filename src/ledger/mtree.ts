/**
 * An mtree(5) manifest of what the destination should hold: anybody can check it there with
 * `mtree -p DESTINATION -f FILE` or `bsdtar`, without longhaul. Full-path lines, each directory
 * before its entries, names escaped as vis(3) does in octal.
 *
 * In it: what was copied. What is excluded, excepted, blocked or not at its end is a comment with its
 * reason, as nothing is promised of it; mtree calls what of it is there "extra". Directories have no
 * size and files no link count, as those are the file system's own.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { joinRaw, rawToBytes, type RawPath } from '../paths.ts';
import { writeAll } from '../state/atomic-file.ts';
import { syncDirectory } from '../state/directory.ts';
import type { DirectoryBlock, Entry } from '../model/entry.ts';

export interface MtreeOptions {
  /** What the catalog's digests are; blake3 has no place in mtree(5) and is left out. */
  readonly digest: 'sha256' | 'blake3';
  /** The destination, to read the targets of symlinks from: a catalog has only their digest. */
  readonly destination?: string;
  /** What the catalog knows of an entry: DataSync's reports have no owner, no mode and no digest. */
  readonly knows: 'everything' | 'kind, size and time';
}

const LITTLE_KNOWN =
  '# By the reports of DataSync: kind, size and time. Owners, modes, link targets and contents are not in here;\n' +
  '# POINT_IN_TIME verification has compared them in the last round.\n';

export interface MtreeCounts {
  entries: number;
  /** Entries that are comments: excluded, excepted, blocked, …. */
  leftOut: number;
  /** Symlinks whose target could not be read, or is not the one that was copied: without `link`. */
  linksWithoutTarget: number;
}

const S_IFMT = 0o170000;
const TYPES: Readonly<Record<number, string>> = {
  0o100000: 'file',
  0o040000: 'dir',
  0o120000: 'link',
  0o010000: 'fifo',
  0o140000: 'socket',
  0o020000: 'char',
  0o060000: 'block',
};
const FLUSH_BYTES = 256 * 1024;

/** Writes the manifest whole or not at all. `directories` sorted, as from `allDirectories`. */
export function writeMtree(
  directories: Iterable<DirectoryBlock>,
  path: string,
  options: MtreeOptions,
): MtreeCounts {
  const counts: MtreeCounts = { entries: 0, leftOut: 0, linksWithoutTarget: 0 };
  const partial = `${path}.partial`;
  const fd = openSync(partial, 'w', 0o600);
  try {
    const head = options.knows === 'everything' ? '' : LITTLE_KNOWN;
    let text = `#mtree\n${head}. type=dir\n`;
    for (const directory of directories) {
      for (const entry of directory.entries) {
        text += mtreeLine(directory.path, entry, options, counts);
        if (text.length < FLUSH_BYTES) continue;
        writeAll(fd, Buffer.from(text, 'latin1'));
        text = '';
      }
    }
    writeAll(fd, Buffer.from(text, 'latin1'));
    fsyncSync(fd);
  } catch (thrown) {
    rmSync(partial, { force: true });
    throw thrown;
  } finally {
    closeSync(fd);
  }
  renameSync(partial, path);
  syncDirectory(dirname(path));
  return counts;
}

function mtreeLine(
  directory: RawPath,
  entry: Entry,
  options: MtreeOptions,
  counts: MtreeCounts,
): string {
  const path = joinRaw(directory, entry.name);
  const name = `./${escapeName(path)}`;
  if (entry.status !== 'verified' && entry.status !== 'unverified') {
    counts.leftOut++;
    return `# ${entry.status}: ${name}\n`;
  }
  counts.entries++;
  const type = TYPES[entry.mode & S_IFMT] ?? 'file';
  const time = `time=${entry.mtimeSeconds}.${String(entry.mtimeNanoseconds).padStart(9, '0')}`;
  const words = [name, `type=${type}`];
  if (options.knows === 'everything')
    words.push(
      `mode=0${(entry.mode & 0o7777).toString(8)}`,
      `uid=${entry.uid}`,
      `gid=${entry.gid}`,
      time,
    );
  else if (entry.mtimeSeconds !== 0 && type !== 'dir') words.push(time);
  if (type === 'file') words.push(`size=${entry.sizeBytes}`);
  if (type === 'file' && options.digest === 'sha256' && entry.digest) {
    words.push(`sha256=${Buffer.from(entry.digest).toString('hex')}`);
  }
  if (type === 'link' && options.knows === 'everything')
    words.push(...linkWord(path, entry, options, counts));
  return `${words.join(' ')}\n`;
}

/** The target as it is at the destination, if it is the one that was copied. */
function linkWord(
  path: RawPath,
  entry: Entry,
  { destination, digest }: MtreeOptions,
  counts: MtreeCounts,
): readonly string[] {
  try {
    if (destination === undefined) throw new Error('no destination');
    const at = Buffer.concat([Buffer.from(`${destination}/`), rawToBytes(path)]);
    const target = readlinkSync(at, 'buffer');
    const changed =
      digest === 'sha256' &&
      entry.digest !== undefined &&
      !createHash('sha256').update(target).digest().equals(entry.digest);
    if (changed) throw new Error('another target');
    return [`link=${escapeName(target.toString('latin1'))}`];
  } catch {
    counts.linksWithoutTarget++;
    return [];
  }
}

/** vis(3) with VIS_OCTAL: what a reader could take for something else becomes \ooo. */
export function escapeName(name: RawPath): string {
  return name.replace(
    /[^!-~]|[\\#*?[\]=]/g,
    (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}
