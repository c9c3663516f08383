/**
 * Trees as literals: `makeTree(dir, literal)` makes one, `readTree(dir)` reads one back in the same
 * words. Names are raw (one character = one byte, src/paths.ts), so a name may hold any byte; for
 * text beyond ASCII use rawFromText(). Works at any depth: every step goes through a directory's
 * descriptor, so no path ever exceeds PATH_MAX.
 */
import {
  chmodSync,
  closeSync,
  constants,
  ftruncateSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { nameOf, parentOf, rawToBytes, type RawPath } from '../../../src/paths.ts';
import { setTimes, setXattr, readXattrs } from './tree-syscalls.ts';

export interface Attributes {
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode?: number;
  /** Nanoseconds since 1970; negative before. */
  readonly mtimeNs?: bigint;
  readonly uid?: number;
  readonly gid?: number;
  /** Full name ('user.colour') to bytes, latin1. */
  readonly xattrs?: Readonly<Record<string, string>>;
}

export type Node = Attributes &
  (
    | { readonly kind: 'file'; readonly content: string }
    /** Data pieces at offsets, holes between them, `size` long. */
    | {
        readonly kind: 'sparse';
        readonly size: number;
        readonly data: readonly (readonly [number, string])[];
      }
    | { readonly kind: 'directory'; readonly children: TreeLiteral }
    | { readonly kind: 'symlink'; readonly target: string }
    /** Another name of the file at `to`, a raw path from the root of the tree. */
    | { readonly kind: 'hard link'; readonly to: RawPath }
    | { readonly kind: 'fifo' }
    | { readonly kind: 'other' }
  );

export interface TreeLiteral {
  readonly [name: string]: Node;
}

export const file = (content = '', attributes: Attributes = {}): Node => ({
  kind: 'file',
  content,
  ...attributes,
});
export const directory = (children: TreeLiteral = {}, attributes: Attributes = {}): Node => ({
  kind: 'directory',
  children,
  ...attributes,
});
export const symlink = (target: string, attributes: Attributes = {}): Node => ({
  kind: 'symlink',
  target,
  ...attributes,
});
export const hardLink = (to: RawPath): Node => ({ kind: 'hard link', to });
export const fifo = (attributes: Attributes = {}): Node => ({ kind: 'fifo', ...attributes });
export const sparse = (
  size: number,
  data: readonly (readonly [number, string])[] = [],
  attributes: Attributes = {},
): Node => ({ kind: 'sparse', size, data, ...attributes });

interface PendingLink {
  readonly path: RawPath;
  readonly to: RawPath;
}

/** Makes the literal below `dir`, which is made if it is missing. Directories' own metadata last. */
export function makeTree(dir: string, literal: TreeLiteral): void {
  mkdirSync(dir, { recursive: true });
  const links = pendingLinks(literal, '');
  const root = openDirectory(dir);
  try {
    fill(root, literal, () => makeLinks(root, links));
  } finally {
    closeSync(root);
  }
}

function fill(at: number, literal: TreeLiteral, afterChildren?: () => void): void {
  const directories: [string, Extract<Node, { kind: 'directory' }>][] = [];
  for (const [name, node] of Object.entries(literal)) {
    if (node.kind === 'directory') directories.push([name, node]);
    else if (node.kind !== 'hard link') makeLeaf(at, name, node);
  }
  for (const [name, node] of directories) {
    mkdirSync(under(at, name));
    inside(at, name, (fd) => fill(fd, node.children));
  }
  afterChildren?.();
  // With links made, nothing writes into these directories any more.
  if (afterChildren) finish(at, literal);
}

function finish(at: number, literal: TreeLiteral): void {
  for (const [name, node] of Object.entries(literal)) {
    if (node.kind !== 'directory') continue;
    inside(at, name, (fd) => finish(fd, node.children));
    applyAttributes(at, name, node);
  }
}

function makeLeaf(
  at: number,
  name: string,
  node: Exclude<Node, { kind: 'directory' | 'hard link' }>,
): void {
  const path = under(at, name);
  switch (node.kind) {
    case 'file':
      writePieces(path, [[0, node.content]]);
      break;
    case 'sparse':
      writePieces(path, node.data, node.size);
      break;
    case 'symlink':
      symlinkSync(Buffer.from(node.target, 'latin1'), path);
      break;
    case 'fifo':
      execFileSync('mkfifo', [`/proc/${process.pid}/fd/${at}/${name}`]);
      break;
    case 'other':
      throw new Error(`Cannot make ${name}: only files, links, directories and fifos can be made`);
  }
  applyAttributes(at, name, node);
}

function writePieces(
  path: Buffer,
  pieces: readonly (readonly [number, string])[],
  size?: number,
): void {
  const fd = openSync(path, 'wx');
  try {
    if (size !== undefined) ftruncateSync(fd, size);
    for (const [offset, text] of pieces) {
      const bytes = Buffer.from(text, 'latin1');
      for (let done = 0; done < bytes.length;) {
        done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** Owner before mode (chown clears setuid), extended attributes before a mode that forbids writing, times last. */
function applyAttributes(at: number, name: string, node: Node): void {
  const path = under(at, name);
  if (node.uid !== undefined || node.gid !== undefined) {
    const now = lstatSync(path);
    lchownSync(path, node.uid ?? now.uid, node.gid ?? now.gid);
  }
  for (const [key, value] of Object.entries(node.xattrs ?? {}))
    setXattr(path, key, Buffer.from(value, 'latin1'));
  if (node.mode !== undefined && node.kind !== 'symlink') chmodSync(path, node.mode);
  if (node.mtimeNs !== undefined) setTimes(path, node.mtimeNs);
}

function pendingLinks(literal: TreeLiteral, parent: RawPath): PendingLink[] {
  return Object.entries(literal).flatMap(([name, node]) => {
    const path = parent === '' ? name : `${parent}/${name}`;
    if (node.kind === 'hard link') return [{ path, to: node.to }];
    return node.kind === 'directory' ? pendingLinks(node.children, path) : [];
  });
}

/** A hard link does not change its file's times; the directory's are set afterwards. */
function makeLinks(root: number, links: readonly PendingLink[]): void {
  for (const { path, to } of links) {
    along(root, parentOf(to), (from) =>
      along(root, parentOf(path), (into) =>
        linkSync(under(from, nameOf(to)), under(into, nameOf(path))),
      ),
    );
  }
}

export interface ReadOptions {
  /** Which attributes to read besides kind and content; none when absent. */
  readonly with?: readonly ('mode' | 'mtimeNs' | 'uid' | 'gid' | 'xattrs')[];
}

/** The tree as a literal; of a hard-linked file the first name in byte order is the file. */
export function readTree(dir: string, options: ReadOptions = {}): TreeLiteral {
  const root = openDirectory(dir);
  try {
    return readDirectory(root, '', { wanted: options.with ?? [], seen: new Map() });
  } finally {
    closeSync(root);
  }
}

interface Reading {
  readonly wanted: NonNullable<ReadOptions['with']>;
  readonly seen: Map<string, RawPath>;
}

function readDirectory(at: number, parent: RawPath, reading: Reading): TreeLiteral {
  const names = readdirSync(`/proc/self/fd/${at}`, { encoding: 'latin1' }).sort();
  const entries = names.map((name): [string, Node] => {
    const path = parent === '' ? name : `${parent}/${name}`;
    return [name, readNode(at, name, path, reading)];
  });
  return Object.fromEntries(entries);
}

function readNode(at: number, name: string, path: RawPath, reading: Reading): Node {
  const bytes = under(at, name);
  const stats = lstatSync(bytes, { bigint: true });
  if (stats.isFile() && stats.nlink > 1n) {
    const identity = `${stats.dev}:${stats.ino}`;
    const first = reading.seen.get(identity);
    if (first !== undefined) return hardLink(first);
    reading.seen.set(identity, path);
  }
  const attributes = attributesOf(bytes, stats, reading);
  if (stats.isDirectory()) {
    return directory(
      inside(at, name, (fd) => readDirectory(fd, path, reading)),
      attributes,
    );
  }
  if (stats.isSymbolicLink()) return symlink(readlinkSync(bytes, 'latin1'), attributes);
  if (stats.isFile()) return file(readFileSync(bytes, 'latin1'), attributes);
  return stats.isFIFO() ? fifo(attributes) : { kind: 'other', ...attributes };
}

function attributesOf(path: Buffer, stats: BigIntStats, { wanted }: Reading): Attributes {
  return {
    ...(wanted.includes('mode') && !stats.isSymbolicLink()
      ? { mode: Number(stats.mode) & 0o7777 }
      : {}),
    ...(wanted.includes('mtimeNs') ? { mtimeNs: stats.mtimeNs } : {}),
    ...(wanted.includes('uid') ? { uid: Number(stats.uid) } : {}),
    ...(wanted.includes('gid') ? { gid: Number(stats.gid) } : {}),
    ...(wanted.includes('xattrs') ? withXattrs(path) : {}),
  };
}

function withXattrs(path: Buffer): { xattrs?: Record<string, string> } {
  const xattrs = readXattrs(path);
  return Object.keys(xattrs).length === 0 ? {} : { xattrs };
}

/** Whether the file has fewer blocks than its size asks for. */
export function hasHoles(path: string): boolean {
  const stats = lstatSync(path);
  return stats.blocks * 512 < stats.size;
}

function under(at: number, name: string): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${at}/`), rawToBytes(name)]);
}

function openDirectory(path: string | Buffer): number {
  return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

function inside<T>(at: number, name: string, use: (fd: number) => T): T {
  const fd = openDirectory(under(at, name));
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function along(root: number, path: RawPath, use: (fd: number) => void): void {
  const [first, ...rest] = path === '' ? [] : path.split('/');
  if (first === undefined) use(root);
  else inside(root, first, (fd) => along(fd, rest.join('/'), use));
}

/** Temporary files in a tree: a copy is under way, or died. */
export function leftovers(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.includes('.longhaul-'));
}

/** In bytes: of the files in a directory that a process has open, also of those without a name. */
export function sizesOfOpenFiles(directory: string, pid: string | number = 'self'): number[] {
  const fds = readdirIfThere(`/proc/${pid}/fd`);
  return fds.flatMap((fd) => {
    const path = `/proc/${pid}/fd/${fd}`;
    try {
      if (!readlinkSync(path).startsWith(`${directory}/`)) return [];
      const stat = statSync(path);
      return stat.isFile() ? [stat.size] : [];
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** Whether a copy into a directory is under way, of whichever process: under a temporary name, or without one. */
export function isCopying(directory: string): boolean {
  if (leftovers(directory).length > 0) return true;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.some((pid) => sizesOfOpenFiles(directory, pid).length > 0);
}

function readdirIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // the process has ended
  }
}
