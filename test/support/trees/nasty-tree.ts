/** One tree with everything that has broken a copy program before. About 1,100 entries, 2 MB. */
import { rawFromText } from '../../../src/paths.ts';
import {
  directory,
  fifo,
  file,
  hardLink,
  sparse,
  symlink,
  type Node,
  type TreeLiteral,
} from './tree.ts';

const SECOND = 1_000_000_000n;

/** A POSIX ACL as the kernel stores it: version 2, then (tag, permissions, id) little-endian. */
export function acl(
  entries: readonly (readonly [tag: number, permissions: number, id?: number])[],
): string {
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2, 0);
  entries.forEach(([tag, permissions, id], i) => {
    bytes.writeUInt16LE(tag, 4 + i * 8);
    bytes.writeUInt16LE(permissions, 6 + i * 8);
    bytes.writeUInt32LE(id ?? 0xffffffff, 8 + i * 8);
  });
  return bytes.toString('latin1');
}
// Owner rw, user 1234 r, group r, mask r, others nothing.
const READ_FOR_1234 = acl([
  [0x01, 6],
  [0x02, 4, 1234],
  [0x04, 4],
  [0x10, 4],
  [0x20, 0],
]);

/** `levels` directories, each in the one before, with a file at the bottom. */
export function nested(levels: number): TreeLiteral {
  let children: TreeLiteral = { bottom: file('deep') };
  for (let i = 0; i < levels; i++) children = { d: directory(children) };
  return children;
}

function names(): TreeLiteral {
  const nasty = [
    'new\nline', 'tab\there', 'bell\x07', '-rf', '--delete', ' leading blank', 'trailing blank ', '*', '?', '$HOME', '`id`',
    "quo'te", 'quo"te', 'back\\slash', '%41', '%', '#hash', '~', '...', '.hidden', '.longhaul', 'nul-less\x01\x02\x7f',
    '\xff\xfe', 'half utf8 \xc3', '\xed\xa0\x80', rawFromText('\u00e9 composed'), rawFromText('e\u0301 composed'),
    rawFromText('日本語'), rawFromText('😀'), 'Case', 'case', 'CASE', 'x'.repeat(255), '\xe9'.repeat(255), 'con', 'a:b',
  ]; // prettier-ignore
  return Object.fromEntries(
    nasty.map((name): [string, Node] => [name, file(`content of ${name}`)]),
  );
}

const times: TreeLiteral = {
  'before 1970': file('old', { mtimeNs: -1_234_567n * SECOND + 123n }),
  'last ns before 1970': file('old', { mtimeNs: -1n }),
  epoch: file('zero', { mtimeNs: 0n }),
  'in nanoseconds': file('fine', { mtimeNs: 1_600_000_000n * SECOND + 999_999_999n }),
  'after 2038': file('future', { mtimeNs: 2_200_000_000n * SECOND + 1n }),
  'link before 1970': symlink('epoch', { mtimeNs: -86_400n * SECOND }),
  'old directory': directory({ inside: file('new') }, { mtimeNs: 1_000_000n * SECOND + 7n }),
};

const modes: TreeLiteral = {
  setuid: file('#!', { mode: 0o4755, uid: 1234, gid: 4321 }),
  setgid: file('#!', { mode: 0o2755, gid: 4321 }),
  nothing: file('sealed', { mode: 0 }),
  'write only': file('in', { mode: 0o200 }),
  sticky: directory({ mine: file('x', { uid: 1234 }) }, { mode: 0o1777 }),
  'setgid directory': directory({}, { mode: 0o2775, gid: 4321 }),
  'read-only directory': directory(
    { a: file('a'), deeper: directory({ b: file('b') }, { mode: 0o555 }) },
    { mode: 0o555 },
  ),
  'closed directory': directory({ a: file('a') }, { mode: 0 }),
};

const links: TreeLiteral = {
  first: file('shared by three'),
  second: hardLink('links/first'),
  third: hardLink('links/first'),
  relative: symlink('first'),
  absolute: symlink('/etc/passwd'),
  outside: symlink('../../../../etc'),
  dangling: symlink('nowhere'),
  loop: symlink('loop'),
  'to a directory': symlink('.'),
  'long target': symlink('t/'.repeat(2000)),
  'not text': symlink('\xff\n'),
};

const attributes: TreeLiteral = {
  'user attribute': file('x', { xattrs: { 'user.colour': 'bl\0ue\xff', 'user.empty': '' } }),
  'on a directory': directory({}, { xattrs: { 'user.note': 'directory' } }),
  'access list': file('x', { xattrs: { 'system.posix_acl_access': READ_FOR_1234 } }),
  'inherited list': directory(
    { child: file('made before the list') },
    { xattrs: { 'system.posix_acl_default': READ_FOR_1234 } },
  ),
};

/** struct vfs_ns_cap_data of version 2: CAP_NET_BIND_SERVICE permitted, and effective. */
export const MAY_BIND_PORTS = Buffer.from(
  Uint32Array.of(0x02000001, 1 << 10, 0, 0, 0).buffer,
).toString('latin1');

/** Only root sees them, or sets them. */
const ofRoot: TreeLiteral = {
  'capable of more': file('#!', { xattrs: { 'security.capability': MAY_BIND_PORTS }, uid: 1234 }),
  'on a link': symlink('nowhere', { xattrs: { 'trusted.note': 'of the link itself' } }),
};

const MEBIBYTE = 1 << 20;
const contents: TreeLiteral = {
  'empty file': file(''),
  'empty directory': directory(),
  'one byte': file('\0'),
  'a block and one': file('b'.repeat(4097)),
  'only a hole': sparse(8 * MEBIBYTE),
  'hole between data': sparse(8 * MEBIBYTE, [
    [0, 'head'],
    [5 * MEBIBYTE, 'middle'],
    [8 * MEBIBYTE - 4, 'tail'],
  ]),
  'hole at the end': sparse(4 * MEBIBYTE, [[0, 'x'.repeat(5000)]]),
  'a megabyte': file('0123456789abcdef'.repeat(65_536)),
};

export interface NastyOptions {
  /** Needs root: other owners. Default: whether this process is root. */
  readonly owners?: boolean;
  readonly levels?: number;
  /** Named pipes; default false, since special files are exceptions unless the spec says copy. */
  readonly fifos?: boolean;
}

export function nastyTree(options: NastyOptions = {}): TreeLiteral {
  const owners = options.owners ?? process.getuid?.() === 0;
  const tree: TreeLiteral = {
    names: directory(names()),
    [`directory \xff\n`]: directory({ 'a file': file('below a nasty name') }),
    times: directory(times),
    modes: directory(modes),
    links: directory(links),
    attributes: directory(owners ? { ...attributes, ...ofRoot } : attributes),
    contents: directory(contents),
    deep: directory(nested(options.levels ?? 1000)),
    ...(options.fifos ? { pipe: fifo({ mode: 0o640 }) } : {}),
  };
  return owners ? tree : withoutOwners(tree);
}

function withoutOwners(tree: TreeLiteral): TreeLiteral {
  const entries = Object.entries(tree).map(([name, node]): [string, Node] => {
    const own = { ...node };
    delete own.uid;
    delete own.gid;
    return [
      name,
      own.kind === 'directory' ? { ...own, children: withoutOwners(own.children) } : own,
    ];
  });
  return Object.fromEntries(entries);
}
