/**
 * Writes an mtree(5) manifest of the destination, which can be checked there without longhaul:
 * `mtree -p DESTINATION -f FILE` or `bsdtar`. Full-path lines, each directory before its entries, names
 * escaped in octal as by vis(3).
 *
 * Entries that were copied are lines. Entries that are excluded, excepted, blocked or unfinished are
 * comments with their status; mtree reports those that exist as "extra". Sizes of directories and link
 * counts are left out, because they depend on the file system.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { joinRaw, rawToBytes, type RawPath } from '../paths.ts';
import { writeAll } from '../state/atomic-file.ts';
import { syncDirectory } from '../state/directory.ts';
import type { DirectoryBlock, Entry } from '../model/entry.ts';

export interface MtreeOptions {
  /** Algorithm of the catalog's digests; mtree(5) has no keyword for blake3, so these are left out. */
  readonly digest: 'sha256' | 'blake3';
  /** Path of the destination; symlink targets are read there, because a catalog has only their digests. */
  readonly destination?: string;
  /** Completeness of the catalog: DataSync's reports have no owner, mode or digest. */
  readonly knows: 'everything' | 'kind, size and time';
}

const PARTIAL_NOTICE =
  '# By the reports of DataSync: kind, size and time. Owners, modes, link targets and contents are not in here;\n' +
  '# POINT_IN_TIME verification has compared them in the last round.\n';

export interface MtreeCounts {
  entries: number;
  /** Entries written as comments: excluded, excepted, blocked, …. */
  leftOut: number;
  /** Symlinks without `link`: the target could not be read, or is not the one that was copied. */
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

/** Writes the manifest atomically. `directories` must be sorted, as by `allDirectories`. */
export function writeMtree(
  directories: Iterable<DirectoryBlock>,
  path: string,
  options: MtreeOptions,
): MtreeCounts {
  const counts: MtreeCounts = { entries: 0, leftOut: 0, linksWithoutTarget: 0 };
  const partial = `${path}.partial`;
  const fd = openSync(partial, 'w', 0o600);
  try {
    const head = options.knows === 'everything' ? '' : PARTIAL_NOTICE;
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

/** Returns the target at the destination, if it is the one that was copied. */
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

/** Escapes as vis(3) with VIS_OCTAL: characters with a meaning in mtree(5) become \ooo. */
export function escapeName(name: RawPath): string {
  return name.replace(
    /[^!-~]|[\\#*?[\]=]/g,
    (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}
