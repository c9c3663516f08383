/** Changes of a tree as years of use bring them, by seeded chance: the same seed makes the same tree. */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../src/sandbox/world/random.ts';

const LARGE_BYTES = 200_000;
const NAMES = ['a', 'b b', '-rf', 'new\nline', 'ü', '.hidden', 'UPPER', 'x'.repeat(200)];

/** Does `count` changes below `root`, never to its `anchor`; what is impossible (an entry that is not there) counts as one. */
export function changeTree(root: string, random: Random, count: number): void {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const kindOf = (path: string): 'file' | 'directory' | 'other' => {
    const stat = lstatSync(path);
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
  };
  const all = (kind?: string): string[] =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => path !== 'anchor')
      .sort()
      .map((path) => join(root, path))
      .filter((path) => kind === undefined || kindOf(path) === kind);
  const directory = (): string => pick([root, ...all('directory')]);
  const fresh = (n: number): string => join(directory(), `${pick(NAMES)}${n}`);
  const text = (): string => `${random()} `.repeat(below(random() < 0.2 ? 10_000 : 50));

  const changes: readonly ((n: number) => void)[] = [
    (n) => writeFileSync(fresh(n), text()),
    (n) => writeFileSync(fresh(n), text()),
    (n) => mkdirSync(fresh(n)),
    (n) => mkdirSync(fresh(n)),
    (n) => symlinkSync(pick(['nowhere', '../x', '/etc/passwd']), fresh(n)),
    (n) => linkSync(pick(all('file')), fresh(n)),
    (n) => sparse(fresh(n)),
    () => appendFileSync(pick(all('file')), text()),
    () => rewrite(pick(all('file')), below(1_000)),
    (n) => renameSync(pick(all()), fresh(n)),
    () => rmSync(pick(all('file'))),
    () => rmSync(pick(all()), { recursive: true }),
    () =>
      chmodSync(pick([...all('file'), ...all('directory')]), pick([0o700, 0o755, 0o4711, 0o444])),
    () => utimesSync(pick(all('file')), -below(1e9), -below(1e9)),
    () => replace(pick(all('file')), (path) => mkdirSync(path)),
    () => replace(pick(all('directory')), (path) => writeFileSync(path, text())),
  ];
  for (let n = 0; n < count; n++) {
    try {
      pick(changes)(n * 1_000 + below(1_000));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // None of that kind, one of that name already, or a directory into itself.
      if (
        !['ERR_INVALID_ARG_TYPE', 'EEXIST', 'EINVAL', 'ENOTEMPTY', 'ENAMETOOLONG'].includes(
          code ?? '',
        )
      )
        throw error;
    }
  }
}

/** Data, a hole, data. */
function sparse(path: string): void {
  const fd = openSync(path, 'wx');
  writeSync(fd, 'begin');
  ftruncateSync(fd, LARGE_BYTES);
  writeSync(fd, 'end', LARGE_BYTES + 4_096);
  closeSync(fd);
}

function rewrite(path: string, at: number): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, 'rewritten', at);
  closeSync(fd);
}

function replace(path: string, by: (path: string) => void): void {
  rmSync(path, { recursive: true });
  by(path);
}
