/**
 * Compares two trees by content and metadata; reports every difference and changes nothing. It reads
 * both sides completely and uses no catalog or journal, so it is an independent check.
 *
 * Not compared: access times, holes, and which inode numbers there are; hard links are compared as
 * groups of names.
 */
import {
  closeSync,
  constants,
  lstatSync,
  realpathSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import { LonghaulError } from '../../../errors/failure.ts';
import { joinRaw, printable, type RawPath } from '../../../paths.ts';
import { compileExcludes, type ExcludeRules } from '../tree/excludes.ts';
import { xattrFingerprint } from '../native/xattrs.ts';

export interface Difference {
  /** Printable. */
  readonly path: string;
  readonly what:
    | 'only in the first'
    | 'only in the second'
    | 'kind'
    | 'content'
    | 'size'
    | 'mode'
    | 'owner'
    | 'time'
    | 'link target'
    | 'attributes'
    | 'hard links'
    | 'unreadable';
  readonly detail: string;
}

export interface CompareOptions {
  readonly excludes?: ExcludeRules;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: { readonly entries: number; readonly bytes: number }) => void;
}

const NOTHING: ExcludeRules = { patterns: [], defaults: true };
const BLOCK_BYTES = 1 << 20;
const [blockA, blockB] = [Buffer.allocUnsafe(BLOCK_BYTES), Buffer.allocUnsafe(BLOCK_BYTES)];

/** Yields the differences between `a` and `b`, directory by directory. Throws when a root is missing. */
export async function* compareTrees(
  a: string,
  b: string,
  options: CompareOptions = {},
): AsyncGenerator<Difference, void, undefined> {
  // The roots are the caller's own and may be symlinks.
  const comparison = new Comparison(realpathSync(a), realpathSync(b), options);
  const stack: RawPath[] = [''];
  yield* comparison.entry('');
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    if (options.signal?.aborted)
      throw new LonghaulError('INTERRUPTED', 'The comparison was stopped', {
        hint: 'Run the same command again: it starts from the beginning.',
      });
    yield* comparison.directory(path, stack);
    await new Promise(setImmediate);
  }
  yield* comparison.hardLinks();
}

class Comparison {
  private readonly a: string;
  private readonly b: string;
  private readonly options: CompareOptions;
  private readonly excludes;
  /** For each tree: inode → names of the file. */
  private readonly groups = [new Map<bigint, RawPath[]>(), new Map<bigint, RawPath[]>()] as const;
  private entries = 0;
  private bytes = 0;

  constructor(a: string, b: string, options: CompareOptions) {
    this.a = a;
    this.b = b;
    this.options = options;
    this.excludes = compileExcludes(options.excludes ?? NOTHING);
  }

  *directory(path: RawPath, stack: RawPath[]): Generator<Difference> {
    const [first, second] = [this.names(this.a, path), this.names(this.b, path)];
    for (const name of [...new Set([...first, ...second])].sort()) {
      const child = joinRaw(path, name);
      if (this.excludes.isExcluded(child, this.isDirectory(child))) continue;
      if (!second.has(name)) yield difference(child, 'only in the first', '');
      else if (!first.has(name)) yield difference(child, 'only in the second', '');
      else {
        yield* this.entry(child);
        if (this.isDirectory(child)) stack.push(child);
      }
    }
    this.options.onProgress?.({ entries: this.entries, bytes: this.bytes });
  }

  *entry(path: RawPath): Generator<Difference> {
    this.entries++;
    try {
      const [a, b] = [lstat(this.a, path), lstat(this.b, path)];
      if ((a.mode & BigInt(constants.S_IFMT)) !== (b.mode & BigInt(constants.S_IFMT))) {
        yield difference(path, 'kind', `mode ${octal(a)} and ${octal(b)}`);
        return;
      }
      yield* this.metadata(path, a, b);
      if (a.isFile()) yield* this.file(path, a, b);
    } catch (error) {
      yield difference(path, 'unreadable', (error as Error).message);
    }
  }

  private *metadata(path: RawPath, a: BigIntStats, b: BigIntStats): Generator<Difference> {
    if (!a.isSymbolicLink() && a.mode !== b.mode)
      yield difference(path, 'mode', `${octal(a)} and ${octal(b)}`);
    if (a.uid !== b.uid || a.gid !== b.gid)
      yield difference(path, 'owner', `${a.uid}:${a.gid} and ${b.uid}:${b.gid}`);
    if (a.mtimeNs !== b.mtimeNs) yield difference(path, 'time', `${moment(a)} and ${moment(b)}`);
    if (a.isSymbolicLink()) {
      const [x, y] = [
        readlinkSync(full(this.a, path), 'buffer'),
        readlinkSync(full(this.b, path), 'buffer'),
      ];
      if (!x.equals(y))
        yield difference(
          path,
          'link target',
          `${printable(x.toString('latin1'))} and ${printable(y.toString('latin1'))}`,
        );
    }
  }

  private *file(path: RawPath, a: BigIntStats, b: BigIntStats): Generator<Difference> {
    if (a.nlink > 1n) this.group(0, a.ino, path);
    if (b.nlink > 1n) this.group(1, b.ino, path);
    if (a.size !== b.size) {
      yield difference(path, 'size', `${a.size} and ${b.size} bytes`);
      return;
    }
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
    const [x, y] = [openSync(full(this.a, path), flags), openSync(full(this.b, path), flags)];
    try {
      const at = this.firstDifference(x, y);
      if (at !== undefined) yield difference(path, 'content', `first at byte ${at}`);
      if (xattrFingerprint(x, path, 'source') !== xattrFingerprint(y, path, 'destination'))
        yield difference(path, 'attributes', '');
    } finally {
      closeSync(x);
      closeSync(y);
    }
  }

  private firstDifference(x: number, y: number): number | undefined {
    for (let at = 0; ; at += BLOCK_BYTES) {
      const length = readSync(x, blockA, 0, BLOCK_BYTES, at);
      const other = readSync(y, blockB, 0, BLOCK_BYTES, at);
      this.bytes += length;
      const same = length === other && blockA.compare(blockB, 0, other, 0, length) === 0;
      if (!same) return at + firstByte(length, other);
      if (length < BLOCK_BYTES) return undefined;
    }
  }

  private group(side: 0 | 1, inode: bigint, path: RawPath): void {
    const names = this.groups[side].get(inode) ?? [];
    this.groups[side].set(inode, [...names, path]);
  }

  /** Yields the groups of names that are one file in one tree and not in the other. */
  *hardLinks(): Generator<Difference> {
    const [first, second] = this.groups.map(
      (groups) =>
        new Set(
          [...groups.values()]
            .filter((names) => names.length > 1)
            .map((names) => [...names].sort().join('\0')),
        ),
    );
    for (const group of first!)
      if (!second!.has(group)) yield this.linkDifference(group, 'linked in the first only');
    for (const group of second!)
      if (!first!.has(group)) yield this.linkDifference(group, 'linked in the second only');
  }

  private linkDifference(group: string, detail: string): Difference {
    const names = group.split('\0');
    return difference(
      names[0]!,
      'hard links',
      `${detail}: ${names.slice(1).map(printable).join(', ')}`,
    );
  }

  private names(root: string, path: RawPath): Set<RawPath> {
    return new Set(
      readdirSync(full(root, path), { encoding: 'buffer' }).map((name) => name.toString('latin1')),
    );
  }

  private isDirectory(path: RawPath): boolean {
    return lstatSync(full(this.a, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  }
}

function firstByte(a: number, b: number): number {
  const shorter = Math.min(a, b);
  for (let i = 0; i < shorter; i++) if (blockA[i] !== blockB[i]) return i;
  return shorter;
}

const full = (root: string, path: RawPath): Buffer =>
  Buffer.concat([Buffer.from(root), Buffer.from(path === '' ? '' : `/${path}`, 'latin1')]);
const lstat = (root: string, path: RawPath): BigIntStats =>
  lstatSync(full(root, path), { bigint: true });
const octal = ({ mode }: BigIntStats): string => mode.toString(8);
const moment = ({ mtimeNs }: BigIntStats): string =>
  new Date(Number(mtimeNs / 1_000_000n))
    .toISOString()
    .replace('Z', `(+${mtimeNs % 1_000_000n} ns)`);

function difference(path: RawPath, what: Difference['what'], detail: string): Difference {
  return { path: path === '' ? '.' : printable(path), what, detail };
}
