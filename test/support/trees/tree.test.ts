import { mkdtempSync, rmSync, writeFileSync, utimesSync, chmodSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { nastyTree } from './nasty-tree.ts';
import { differences, expectSameTree } from './oracle.ts';
import { start, stopAll } from '../processes/processes.ts';
import {
  directory,
  fifo,
  file,
  hardLink,
  hasHoles,
  makeTree,
  readTree,
  sparse,
  symlink,
  type Node,
  type TreeLiteral,
} from './tree.ts';
import { setTimes } from './tree-syscalls.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'longhaul-tree-'));
});
afterEach(async () => {
  await stopAll();
  rmSync(dir, { recursive: true, force: true });
});

describe('makeTree and readTree', () => {
  test('what is made is read back as the same literal', () => {
    const literal = {
      a: file('text', { mode: 0o4711, mtimeNs: -1n }),
      '\xff\n': file('\0\xff', { mode: 0o600, mtimeNs: 1_600_000_000_123_456_789n }),
      d: directory(
        { b: hardLink('a'), p: fifo({ mode: 0o600, mtimeNs: 5n }) },
        { mode: 0o555, mtimeNs: 77n },
      ),
      s: symlink('\xfe', { mtimeNs: 3n }),
      x: file('', { mode: 0o644, mtimeNs: 0n, xattrs: { 'user.k': 'v\0' } }),
    };

    makeTree(dir, literal);

    expect(readTree(dir, { with: ['mode', 'mtimeNs', 'xattrs'] })).toEqual(literal);
  });

  test('a sparse file has holes', () => {
    makeTree(dir, { s: sparse(1 << 20, [[0, 'x']]) });

    expect(hasHoles(join(dir, 's'))).toBe(true);
  });

  test('the nasty tree can be made, and reads back with 1,000 levels', () => {
    makeTree(dir, nastyTree());

    let levels = 0;
    const below = (node: Node | undefined): TreeLiteral =>
      node?.kind === 'directory' ? node.children : {};
    for (let at = below(readTree(dir)['deep']); at['d'] !== undefined; at = below(at['d']))
      levels++;
    expect(levels).toBe(1000);
  });
});

describe('the oracle', () => {
  const literal = { a: file('text'), d: directory({ b: file('more') }), l: symlink('a') };
  const made = (): [string, string] => {
    const [source, destination] = [join(dir, 'source'), join(dir, 'destination')];
    makeTree(source, literal);
    execFileSync('cp', ['-a', source, destination]);
    return [source, destination];
  };

  test('finds nothing between a nasty tree and its copy by rsync', () => {
    const [source, destination] = [join(dir, 'source'), join(dir, 'destination')];
    makeTree(source, nastyTree({ levels: 100 })); // rsync's time grows with the square of the depth
    execFileSync('rsync', ['-aHAXS', '--modify-window=-1', `${source}/`, `${destination}/`]);

    expect(differences(source, destination)).toEqual([]);
  });

  test.each<[string, (destination: string) => void]>([
    [
      'a flipped byte with the old time',
      (to) => keepingTime(join(to, 'a'), () => writeFileSync(join(to, 'a'), 'tExt')),
    ],
    ['a changed mode', (to) => chmodSync(join(to, 'a'), 0o600)],
    ['a missing file', (to) => rmSync(join(to, 'd/b'))],
    [
      'an extra file',
      (to) => keepingTime(join(to, 'd'), () => writeFileSync(join(to, 'd/extra'), '')),
    ],
    [
      'a time off by a nanosecond',
      (to) => setTimes(Buffer.from(join(to, 'a')), mtimeOf(join(to, 'a')) + 1n),
    ],
    ['a directory time off', (to) => utimesSync(join(to, 'd'), 1, 1)],
  ])('goes red on %s', (_what, damage) => {
    const [source, destination] = made();

    damage(destination);

    expect(() => expectSameTree(source, destination)).toThrow(/rsync finds \d+ differences/);
  });
});

function mtimeOf(path: string): bigint {
  return BigInt(
    execFileSync('stat', ['-c', '%.9Y', path], { encoding: 'utf8' }).trim().replace('.', ''),
  );
}

function keepingTime(path: string, change: () => void): void {
  const before = mtimeOf(path);
  change();
  setTimes(Buffer.from(path), before);
}

describe('the writer', () => {
  test('changes the tree until it is stopped, and counts its operations', async () => {
    makeTree(dir, { d: directory({ a: file('a') }) });
    const writer = start(process.execPath, [
      new URL('./writer.mjs', import.meta.url).pathname,
      dir,
      '7',
      '500',
    ]);
    await writer.line(/^[1-9]/);

    const code = await writer.stop();

    expect(code).toBe(0);
    expect(Number(writer.output().split('\n').at(-1))).toBeGreaterThan(10);
    expect(readTree(dir)).not.toEqual({ d: directory({ a: file('a') }) });
  });
});
