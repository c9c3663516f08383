/**
 * Operations on real directories: list with filters, compare, copy one entry with its metadata, remove.
 * Names are bytes in latin1 strings. Times are set in nanoseconds by utimensat, which Node does not offer.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  type BigIntStats,
} from 'node:fs';
import koffi from 'koffi';
import type { Scope } from './filters.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const utimensat = koffi
  .load('libc.so.6')
  .func('int utimensat(int, const char *, int64_t *, int)') as unknown as (
  fd: number,
  path: Buffer,
  times: BigInt64Array,
  flags: number,
) => number;

export interface Item {
  /** Path from the root of the location, which is ''. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly stat: BigIntStats;
}

const bytes = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(root), Buffer.from(path === '' ? '' : `/${path}`, 'latin1')]);

/** Lists all entries in scope below `root`, parents before children. A missing root is empty. */
export function list(root: string, scope: Scope): Map<string, Item> {
  const found = new Map<string, Item>();
  // The operator may have given a symlink as the location.
  if (existsSync(root)) visit(realpathSync(root), '', scope, found);
  return found;
}

function visit(root: string, path: string, scope: Scope, found: Map<string, Item>): void {
  const item = lookAt(root, path);
  if (item === undefined) return; // it went away meanwhile
  if (path !== '' && scope(`/${path}`)) {
    addParents(root, path, found);
    found.set(path, item);
  }
  if (item.kind !== 'directory') return;
  for (const name of namesIn(root, path))
    visit(root, path === '' ? name : `${path}/${name}`, scope, found);
}

/** Reads the current state of an entry. */
export function lookAt(root: string, path: string): Item | undefined {
  const stat = lstatSync(bytes(root, path), { bigint: true, throwIfNoEntry: false });
  return stat && { path, kind: kindOf(stat), stat };
}

function namesIn(root: string, path: string): string[] {
  try {
    const names = readdirSync(bytes(root, path), { encoding: 'buffer' });
    return names.map((name) => name.toString('latin1')).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function addParents(root: string, path: string, found: Map<string, Item>): void {
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const parent = path.slice(0, slash);
    const item = found.has(parent) ? undefined : lookAt(root, parent);
    if (item) found.set(parent, item);
  }
}

function kindOf(stat: BigIntStats): Item['kind'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

/** Compares what TransferMode CHANGED compares: kind, size, modification time, owner and mode. */
export function differs(source: Item, destination: Item | undefined): boolean {
  if (!destination || source.kind !== destination.kind) return true;
  const [a, b] = [source.stat, destination.stat];
  return (
    (source.kind !== 'directory' && a.size !== b.size) ||
    a.mtimeNs !== b.mtimeNs ||
    a.uid !== b.uid ||
    a.gid !== b.gid ||
    a.mode !== b.mode
  );
}

/** Copies one entry under a temporary name and renames it. Throws the file system's own errors. */
export function copyItem(from: string, to: string, item: Item, linkTo: string | undefined): void {
  const target = bytes(to, item.path);
  if (item.kind === 'directory') {
    if (existsSync(target) && !lstatSync(target).isDirectory()) unlinkSync(target);
    mkdirSync(target, { recursive: true });
    return;
  }
  // A name of its own in the same directory: the longest names leave no room for a suffix.
  const parent = item.path.split('/').slice(0, -1).join('/');
  const temporary = bytes(to, `${parent === '' ? '' : `${parent}/`}.aws-datasync-part`);
  rmSync(temporary, { force: true });
  if (linkTo !== undefined) linkSync(bytes(to, linkTo), temporary);
  else if (item.kind === 'symlink')
    symlinkSync(readlinkSync(bytes(from, item.path), { encoding: 'buffer' }), temporary);
  else copyFileSync(bytes(from, item.path), temporary);
  if (linkTo === undefined) setMetadata(temporary, item);
  if (existsSync(target) && lstatSync(target).isDirectory()) rmSync(target, { recursive: true });
  renameSync(temporary, target);
}

/** Sets owner, mode and times of a directory, after its contents. */
export function finishDirectory(to: string, item: Item): void {
  if (existsSync(bytes(to, item.path))) setMetadata(bytes(to, item.path), item);
}

/** Describes the directory of the location itself, which no listing contains. */
export function finishRoot(from: string, to: string): void {
  if (!existsSync(from) || !existsSync(to)) return;
  const stat = lstatSync(realpathSync(from), { bigint: true });
  finishDirectory(realpathSync(to), { path: '', kind: 'directory', stat });
}

function setMetadata(target: Buffer, { kind, stat }: Item): void {
  lchownSync(target, Number(stat.uid), Number(stat.gid));
  if (kind !== 'symlink') chmodSync(target, Number(stat.mode & 0o7777n));
  const second = 1_000_000_000n;
  const part = (ns: bigint): [bigint, bigint] => {
    const rest = ((ns % second) + second) % second;
    return [(ns - rest) / second, rest];
  };
  const times = BigInt64Array.from([...part(stat.atimeNs), ...part(stat.mtimeNs)]);
  utimensat(AT_FDCWD, Buffer.concat([target, Buffer.from([0])]), times, AT_SYMLINK_NOFOLLOW);
}

export function removeItem(root: string, path: string): void {
  rmSync(bytes(root, path), { recursive: true, force: true });
}

export function isPresent(root: string, path: string): boolean {
  return lstatSync(bytes(root, path), { throwIfNoEntry: false }) !== undefined;
}

/** Compares what verification compares: content or link target, and metadata. */
export function fingerprint(root: string, item: Item): string {
  const at = bytes(root, item.path);
  const stat = lstatSync(at, { bigint: true });
  const content =
    item.kind === 'file'
      ? createHash('sha256').update(readFileSync(at)).digest('hex')
      : item.kind === 'symlink'
        ? readlinkSync(at)
        : '';
  return [content, stat.mode, stat.uid, stat.gid, stat.mtimeNs].join(' ');
}
