import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { treeIdentity } from '../../../../src/engines/posix/tree/identity.ts';
import { makePlace, makeTree, outline } from '../scan-tree.ts';

let place: ReturnType<typeof makePlace>;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const at = (...names: string[]) => join(place.source, ...names);
const dist = (name: string) =>
  new URL(`../../../../dist/engines/posix/${name}.js`, import.meta.url).href;

/** The file of a program that scans the place with the built code and runs `onProgress` as given. */
function program(onProgress: string): string {
  const path = join(place.folder, 'program.mjs');
  writeFileSync(path, programText(onProgress));
  return path;
}
const programText = (onProgress: string) => `
  import { ThreadPool } from ${JSON.stringify(dist('pool/pool'))};
  import { scanChunk } from ${JSON.stringify(dist('steps/scan'))};
  const pool = new ThreadPool({ threads: 2, sourceRoot: ${JSON.stringify(place.source)} });
  const counters = await scanChunk({
    pool, chunk: { roots: [''], without: [] }, excludes: { patterns: [], defaults: true },
    specialFiles: 'except', roundDirectory: ${JSON.stringify(place.round)},
    onProgress: ${onProgress},
  });
  console.log(JSON.stringify(counters));
  await pool.dispose();`;

describe('a scan', () => {
  test('records every entry of the tree, sorted, with what stat says', async () => {
    mkdirSync(at('b'));
    writeFileSync(at('b', 'file'), 'hello', { mode: 0o640 });
    execFileSync('touch', ['-d', '@-1000.5', at('b', 'file')]);
    symlinkSync('../nowhere', at('b', 'link'));
    linkSync(at('b', 'file'), at('a-name'));
    mkdirSync(at('a'));

    const counters = await place.scan();

    expect(outline(place.manifest())).toEqual([
      ['', true, 'a seen', 'a-name seen', 'b seen'],
      ['a', true],
      ['b', true, 'file seen', 'link seen'],
    ]);
    expect(place.manifest()[2]?.entries[0]).toMatchObject({
      mode: 0o100640,
      sizeBytes: 5,
      mtimeSeconds: -1001,
      mtimeNanoseconds: 500_000_000,
      nlink: 2,
      inode: statSync(at('a-name'), { bigint: true }).ino,
    });
    expect(counters).toMatchObject({ directories: 3, entries: 5, bytes: 10, incomplete: 0 });
  });

  test('keeps names as bytes: newline, not UTF-8, leading dash, 255 bytes', async () => {
    const names = ['new\nline', '\xff\xfe', '-rf', 'x'.repeat(255), 'sp ace', '\x01', 'ü'];
    for (const name of names) {
      writeFileSync(Buffer.concat([Buffer.from(at('') + '/'), Buffer.from(name, 'latin1')]), '');
    }

    await place.scan();

    expect(place.manifest()[0]?.entries.map(({ name }) => name)).toEqual([...names].sort());
  });

  test('goes 1,000 levels deep, beyond what one path can name', async () => {
    const program = `
import os
for i in range(1000):
    os.mkdir(f'level-{i}')
    os.chdir(f'level-{i}')
open('bottom', 'w').close()`;
    execFileSync('python3', ['-c', program], { cwd: place.source });

    const counters = await place.scan();

    expect(counters).toMatchObject({ directories: 1001, entries: 1001, incomplete: 0 });
    expect(place.manifest().at(-1)?.entries[0]?.name).toBe('bottom');
    execFileSync('rm', ['-rf', at('level-0')]);
  });

  test('holds a directory of 30,000 names', async () => {
    mkdirSync(at('wide'));
    for (let i = 0; i < 30_000; i++) writeFileSync(at('wide', `f${i}`), '');

    await place.scan();

    expect(place.manifest()[1]?.entries).toHaveLength(30_000);
  });

  test('records an excluded directory as one entry, and does not list it', async () => {
    mkdirSync(at('cache', 'deep'), { recursive: true });
    mkdirSync(at('lost+found', 'deep'), { recursive: true });
    writeFileSync(at('x.tmp'), '');
    writeFileSync(at('.longhaul-1'), '');

    const counters = await place.scan({
      excludes: { patterns: ['cache/', '*.tmp'], defaults: true },
    });

    expect(outline(place.manifest())).toEqual([
      ['', true, '.longhaul-1 excluded', 'cache excluded', 'lost+found excluded', 'x.tmp excluded'],
    ]);
    expect(counters).toMatchObject({ entries: 4, setAside: 4 });
  });

  test.each([
    ['except', 'excepted'],
    ['copy', 'seen'],
  ] as const)('with specialFiles: %s a fifo is %s', async (specialFiles, status) => {
    execFileSync('mkfifo', [at('fifo')]);

    await place.scan({ specialFiles });

    expect(outline(place.manifest())).toEqual([['', true, `fifo ${status}`]]);
  });

  test('does not cross into another file system', async () => {
    mkdirSync(at('mounted'));
    execFileSync('mount', ['-t', 'tmpfs', 'none', at('mounted')]);
    try {
      writeFileSync(at('mounted', 'file'), '');
      await place.scan();
    } finally {
      execFileSync('umount', [at('mounted')]);
    }

    expect(outline(place.manifest())).toEqual([['', true, 'mounted excepted']]);
  });

  test('never follows a symlink, not even one that takes the place of a directory', async () => {
    mkdirSync(at('outside-target'));
    mkdirSync(at('d', 'e'), { recursive: true });
    for (let i = 0; i < 40; i++) mkdirSync(at(`z${i}`));
    let swapped = false;
    // The stack is last in, first out: 'd' waits at its bottom while the others are listed.
    const swap = () => {
      if (swapped) return;
      swapped = true;
      renameSync(at('d'), at('outside-target', 'moved'));
      symlinkSync('/etc', at('d'));
    };

    await place.scan({ onProgress: swap });

    const block = place.manifest().find(({ path }) => path === 'd');
    expect(swapped).toBe(true);
    expect(block).toMatchObject({ complete: false, entries: [] });
  });

  test('blocks nothing for a directory that vanishes between its name and its listing', async () => {
    mkdirSync(at('gone'));
    writeFileSync(at('file'), '');

    const counters = await place.scan({
      onProgress: () => rmSync(at('gone'), { recursive: true, force: true }),
    });

    expect(counters).toMatchObject({ incomplete: 1, open: [] });
    expect(outline(place.manifest())).toEqual([
      ['', true, 'file seen', 'gone seen'],
      ['gone', false],
    ]);
  });

  test('stats each entry once', () => {
    makeTree(place.source, 40, 100);
    const { stderr } = spawnSync(
      'strace',
      ['-f', '--seccomp-bpf', '-c', '-e', 'trace=statx', process.execPath, program('undefined')],
      { encoding: 'utf8' },
    );

    const calls = Number(/(\d+)\s+(?:\d+\s+)?statx$/m.exec(stderr)?.[1]);

    expect(calls).toBeGreaterThanOrEqual(4047);
    expect(calls).toBeLessThan(4047 + 2000); // Node's own, for its modules; two a name would be 8094
  });
});

describe('the scan of a chunk', () => {
  beforeEach(() => {
    mkdirSync(at('a', 'b', 'c'), { recursive: true });
    mkdirSync(at('a', 'x'));
    writeFileSync(at('a', 'b', 'c', 'file'), '');
  });

  test('leaves out the roots of other chunks, even as names', async () => {
    await place.scan({ chunk: { roots: [''], without: ['a/b'] } });

    expect(outline(place.manifest())).toEqual([
      ['', true, 'a seen'],
      ['a', true, 'x seen'],
      ['a/x', true],
    ]);
  });

  test('holds its roots as entries of directories that are never complete', async () => {
    await place.scan({ chunk: { roots: ['a/x', 'a/b'], without: [] } });

    expect(outline(place.manifest())).toEqual([
      ['a', false, 'b seen', 'x seen'],
      ['a/b', true, 'c seen'],
      ['a/b/c', true, 'file seen'],
      ['a/x', true],
    ]);
  });

  test('records a root that is gone as vanished', async () => {
    const counters = await place.scan({ chunk: { roots: ['a/gone', 'gone/b'], without: [] } });

    expect(outline(place.manifest())).toEqual([
      ['a', false, 'gone vanished'],
      ['gone', false, 'b vanished'],
    ]);
    expect(counters.rootsVanished).toBe(2);
  });

  test('does not walk a root below an excluded directory', async () => {
    await place.scan({
      chunk: { roots: ['a/b'], without: [] },
      excludes: { patterns: ['/a/'], defaults: false },
    });

    expect(outline(place.manifest())).toEqual([['a', false, 'b excluded']]);
  });
});

describe('a directory without read permission', () => {
  test('stays an entry, is not complete, and is named', () => {
    mkdirSync(at('closed'));
    writeFileSync(at('closed', 'file'), '');
    mkdirSync(at('names-only'));
    writeFileSync(at('names-only', 'file'), '');
    chmodSync(at('closed'), 0o000);
    chmodSync(at('names-only'), 0o744);
    for (const path of [place.folder, place.round]) chmodSync(path, 0o777);

    const output = execFileSync(
      'setpriv',
      [
        ...['--reuid', '65534', '--regid', '65534', '--clear-groups', '--'],
        ...[process.execPath, program('undefined')],
      ],
      { encoding: 'utf8' },
    );

    expect(outline(place.manifest())).toEqual([
      ['', true, 'closed seen', 'names-only seen'],
      ['closed', false],
      ['names-only', false, 'file unreadable'],
    ]);
    expect(JSON.parse(output)).toMatchObject({
      incomplete: 2,
      open: expect.arrayContaining([
        expect.objectContaining({ path: 'closed', code: 'PERMISSION_DENIED' }),
      ]),
    });
  });
});

describe('a scan that was interrupted', () => {
  test('by kill -9 lists no directory again that it had proven', async () => {
    makeTree(place.source, 300, 5);

    const { signal } = spawnSync(process.execPath, [
      program('({ entries }) => { if (entries > 800) process.kill(process.pid, "SIGKILL"); }'),
    ]);
    const counters = await place.scan();

    expect(signal).toBe('SIGKILL');
    expect(counters.resumed).toBeGreaterThan(100);
    expect(counters.listed).toBeGreaterThan(10);
    expect(counters.listed + counters.resumed).toBe(308);
    expect(counters).toMatchObject({ directories: 308, entries: 307 + 1500 });
  });

  test.each([1, 7, 100])('resumes when the last %i bytes of its shard are cut off', async (cut) => {
    makeTree(place.source, 50, 5);
    const aborter = new AbortController();
    const excludes = { patterns: ['file-0'], defaults: true };
    const interrupted = place.scan({
      excludes,
      signal: aborter.signal,
      onProgress: ({ entries }) => {
        if (entries > 100) aborter.abort();
      },
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const shard = join(place.round, 'scan.shard');
    truncateSync(shard, statSync(shard).size - cut);

    const counters = await place.scan({ excludes });

    expect(counters).toMatchObject({ directories: 58, entries: 57 + 250, setAside: 50 });
    expect(counters.resumed).toBeGreaterThan(0);
  });

  test('ignores its shard from a damaged byte on', async () => {
    makeTree(place.source, 50, 5);
    const aborter = new AbortController();
    const interrupted = place.scan({
      signal: aborter.signal,
      onProgress: ({ entries }) => {
        if (entries > 100) aborter.abort();
      },
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const shard = join(place.round, 'scan.shard');
    const bytes = readFileSync(shard);
    const name = bytes.lastIndexOf('file-0'); // the first of a directory is written in full
    expect(name).toBeGreaterThan(0);
    bytes[name + 5] = 0x39;
    writeFileSync(shard, bytes);

    await place.scan();

    const names = place.manifest().flatMap(({ entries }) => entries.map(({ name }) => name));
    expect(names.filter((found) => found === 'file-9')).toEqual([]);
    expect(names.filter((found) => found === 'file-0')).toHaveLength(50);
  });

  test('starts from the beginning when its rules have changed', async () => {
    makeTree(place.source, 10, 2);
    await place.scan();

    const counters = await place.scan({ excludes: { patterns: ['file-1'], defaults: true } });

    expect(counters.listed).toBe(18);
    expect(place.manifest().at(-1)?.entries[1]?.status).toBe('excluded');
  });

  test('answers from the manifest when it had finished', async () => {
    makeTree(place.source, 10, 2);
    const first = await place.scan();
    rmSync(at('top-1'), { recursive: true });

    const second = await place.scan();

    expect(second).toEqual({ ...first, listed: 0, resumed: 18 });
    expect(existsSync(join(place.round, 'scan.shard'))).toBe(false);
    expect(JSON.parse(readFileSync(join(place.round, 'scan.json'), 'utf8'))).toHaveProperty(
      'heading',
    );
  });
});

describe('the tree to scan', () => {
  test('must still be the one that was recorded', async () => {
    writeFileSync(at('file'), '');
    const identity = treeIdentity(place.source);
    renameSync(place.source, `${place.source}-old`);
    mkdirSync(place.source);

    await expect(place.scan({ expected: { identity } })).rejects.toMatchObject({
      code: 'SOURCE_CHANGED_IDENTITY',
    });
    expect(existsSync(join(place.round, 'manifest'))).toBe(false);
  });

  test('must not have become empty', async () => {
    writeFileSync(at('file'), '');
    const identity = treeIdentity(place.source);
    rmSync(at('file'));

    await expect(place.scan({ expected: { identity } })).rejects.toMatchObject({
      code: 'SOURCE_MISSING',
    });
  });

  test('must exist', async () => {
    rmSync(place.source, { recursive: true });

    await expect(place.scan()).rejects.toMatchObject({ code: 'SOURCE_MISSING' });
  });
});
