import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { allDirectories } from '../../src/catalog/all-catalogs.ts';
import type { DirectoryBlock, Entry } from '../../src/model/entry.ts';
import { CatalogWriter } from '../../src/catalog/writer.ts';
import { escapeName, writeMtree } from '../../src/ledger/mtree.ts';
import { comparePaths, joinRaw, rawToBytes } from '../../src/paths.ts';

let folder: string;
let tree: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mtree-'));
  tree = join(folder, 'tree');
  file = join(folder, 'tree.mtree');
  mkdirSync(tree);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Converts a raw path to absolute bytes. */
const at = (path: string): Buffer => Buffer.concat([Buffer.from(`${tree}/`), rawToBytes(path)]);
const sha256 = (bytes: Buffer): Uint8Array => createHash('sha256').update(bytes).digest();

function entryAt(path: string, name: string): Entry {
  const stat = lstatSync(at(path), { bigint: true });
  const digest = stat.isFile()
    ? { digest: sha256(readFileSync(at(path))) }
    : stat.isSymbolicLink()
      ? { digest: sha256(readlinkSync(at(path), 'buffer')) }
      : {};
  const seconds = (ns: bigint) =>
    Number((ns - (((ns % BigInt(1e9)) + BigInt(1e9)) % BigInt(1e9))) / BigInt(1e9));
  const rest = (ns: bigint) => Number(((ns % BigInt(1e9)) + BigInt(1e9)) % BigInt(1e9));
  return {
    name,
    mode: Number(stat.mode),
    sizeBytes: Number(stat.size),
    mtimeSeconds: seconds(stat.mtimeNs),
    mtimeNanoseconds: rest(stat.mtimeNs),
    ctimeSeconds: seconds(stat.ctimeNs),
    ctimeNanoseconds: rest(stat.ctimeNs),
    inode: stat.ino,
    nlink: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    status: 'verified',
    ...digest,
  };
}

/** Returns the tree as a catalog contains it. */
function blocksOf(path = ''): DirectoryBlock[] {
  const names = readdirSync(at(path), { encoding: 'buffer' }).map((name) =>
    name.toString('latin1'),
  );
  const entries = names.sort().map((name) => entryAt(joinRaw(path, name), name));
  const below = entries
    .filter(({ mode }) => (mode & 0o170000) === 0o040000)
    .flatMap(({ name }) => blocksOf(joinRaw(path, name)));
  return [{ path, complete: true, entries }, ...below].sort((a, b) => comparePaths(a.path, b.path));
}
function write(blocks: Iterable<DirectoryBlock> = blocksOf()) {
  return writeMtree(blocks, file, {
    digest: 'sha256',
    destination: tree,
    knows: 'everything',
  });
}
const mtree = () => spawnSync('mtree', ['-p', tree, '-f', file], { encoding: 'latin1' });

const NASTY = [
  'plain',
  'with space',
  'new\nline',
  '#comment',
  '-dash',
  'back\\slash',
  'star*?[x]',
  'a=b',
  'tab\there',
  '\xff\xfe not utf-8',
  '\xc3\xa9',
  'x'.repeat(255),
  '~',
  '\\012',
];

describe('the manifest', () => {
  beforeEach(() => {
    mkdirSync(join(tree, 'sub/deep'), { recursive: true });
    for (const name of NASTY) writeFileSync(at(`sub/${name}`), `content of ${name}`);
    symlinkSync('nowhere to go\n', join(tree, 'link'));
    lutimesSync(join(tree, 'link'), 12345, 12345.5);
    writeFileSync(join(tree, 'old'), '');
    utimesSync(join(tree, 'old'), -1000.5, -1000.5);
    chmodSync(join(tree, 'old'), 0o4755);
    writeFileSync(join(tree, 'sub/deep/file'), 'abcdef');
    utimesSync(join(tree, 'sub/deep/file'), 1_700_000_000, 1_700_000_000.25);
  });

  test('states kind, size and time only, and says so, if the catalog knows no more', () => {
    const known = blocksOf().map((block) => ({
      ...block,
      entries: block.entries.map((entry) => ({
        ...entry,
        mode: entry.mode & 0o170000,
        uid: 0,
        gid: 0,
      })),
    }));
    writeMtree(known, file, { digest: 'sha256', knows: 'kind, size and time' });

    expect(readFileSync(file, 'latin1')).toMatch(/^#.*Owners, modes, .* not in here/m);
    expect(readFileSync(file, 'latin1')).not.toMatch(/ (mode|uid|gid)=/);
    expect(mtree()).toMatchObject({ status: 0, stdout: '' });
    writeFileSync(at('sub/plain'), 'of another size');
    expect(mtree().stdout).toMatch(/size/);
  });

  test('satisfies mtree on the tree it describes', () => {
    const counts = write();

    expect(mtree()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(counts).toEqual({ entries: NASTY.length + 5, leftOut: 0, linksWithoutTarget: 0 });
  });

  test('is read by bsdtar with every name intact', () => {
    write();

    const listed = execFileSync('bsdtar', ['-tf', file], {
      encoding: 'latin1',
      env: { ...process.env, LC_ALL: 'C' },
    });

    expect(listed.trim().split('\n')).toHaveLength(NASTY.length + 6);
    expect(listed).toContain('./sub/deep/file');
  });

  test.each<[string, () => void, RegExp]>([
    ['a flipped byte', () => rewrite('sub/deep/file', 'abcdeg'), /sub\/deep\/file.*\n.*sha256/],
    ['another mode', () => chmodSync(join(tree, 'old'), 0o755), /old.*\n.*mode|permissions/],
    ['another time', () => utimesSync(join(tree, 'plainest'), 1, 1), /plainest/],
    ['another link', () => relink(), /link ?:.*\n/],
    ['a file more', () => writeFileSync(join(tree, 'sub/more'), ''), /extra: .*sub\/more/],
    ['a file less', () => rmSync(at('sub/#comment')), /missing: .*sub\/.*comment/],
  ])('goes red for %s', (_, change, expected) => {
    writeFileSync(join(tree, 'plainest'), '');
    write();
    expect(mtree().stdout).toBe('');

    change();

    const { status, stdout } = mtree();
    expect(status).not.toBe(0);
    expect(stdout).toMatch(expected);
  });

  function rewrite(path: string, content: string): void {
    const { atime, mtime } = lstatSync(join(tree, path));
    writeFileSync(join(tree, path), content);
    utimesSync(join(tree, path), atime, mtime);
  }
  function relink(): void {
    rmSync(join(tree, 'link'));
    symlinkSync('somewhere else', join(tree, 'link'));
    lutimesSync(join(tree, 'link'), 12345, 12345.5);
  }

  test('leaves out and counts a symlink target other than the copied one', () => {
    const blocks = blocksOf();
    relink();

    expect(write(blocks).linksWithoutTarget).toBe(1);
    expect(readFileSync(file, 'latin1')).toMatch(/^\.\/link type=link [^\n]*time=\S+$/m);
  });

  test('lists entries that are not at the destination as comments with their status', () => {
    const [root, ...rest] = blocksOf();
    const entries = root!.entries.map((entry) =>
      entry.name === 'old' ? { ...entry, status: 'blocked' as const } : entry,
    );

    expect(write([{ ...root!, entries }, ...rest]).leftOut).toBe(1);
    expect(readFileSync(file, 'latin1')).toContain('\n# blocked: ./old\n');
    expect(mtree().stdout).toMatch(/extra: .*old/);
  });

  test('covers the whole tree, however many chunks it has', () => {
    write();
    const whole = readFileSync(file, 'latin1');
    const paths = ['0000', '0001'].map((id) => join(folder, id));
    const inSub = (path: string) => path === 'sub' || path.startsWith('sub/');
    const [root, ...rest] = blocksOf();
    const split = (entries: readonly Entry[], sub: boolean) =>
      entries.filter(({ name }) => (name === 'sub') === sub);
    save(paths[0]!, [
      { ...root!, entries: split(root!.entries, false) },
      ...rest.filter(({ path }) => !inSub(path)),
    ]);
    save(paths[1]!, [
      { ...root!, complete: false, entries: split(root!.entries, true) },
      ...rest.filter(({ path }) => inSub(path)),
    ]);

    write(allDirectories(paths));

    expect(readFileSync(file, 'latin1')).toBe(whole);
  });

  function save(path: string, blocks: readonly DirectoryBlock[]): void {
    const writer = new CatalogWriter(path);
    for (const block of blocks) writer.add(block);
    writer.finish();
  }

  test('keeps the earlier file if it cannot be completed', () => {
    write();
    const before = readFileSync(file, 'latin1');
    function* failing(): Generator<DirectoryBlock> {
      yield blocksOf()[0]!;
      throw new Error('catalog damaged');
    }

    expect(() => write(failing())).toThrow('catalog damaged');
    expect(readFileSync(file, 'latin1')).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['tree', 'tree.mtree']);
  });
});

test.each([
  ['a b', 'a\\040b'],
  ['\n', '\\012'],
  ['\\', '\\134'],
  ['#x', '\\043x'],
  ['\xff', '\\377'],
  ['a=b', 'a\\075b'],
])('%j is written as %s', (name, escaped) => {
  expect(escapeName(name)).toBe(escaped);
});
