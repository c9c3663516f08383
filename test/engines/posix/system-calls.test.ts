/** `longhaul sync`, counted: what a small file costs in system calls must not grow. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expectSameTree } from '../../support/trees/oracle.ts';

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const traced = canTrace ? test : test.skip;
const PROGRAM = join(import.meta.dirname, '../../../bin/longhaul.js');
const FEW = 200;
const MORE = 1200;
const CALLS =
  'openat,openat2,statx,read,write,pread64,pwrite64,flistxattr,fgetxattr,fchown,fchmod,utimensat,' +
  'close,linkat,renameat,renameat2,unlinkat,fsync,fdatasync,syncfs,lseek,ftruncate,readlinkat';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'calls-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** System call → how often, for a sync of so many small files into an empty tree. */
function callsOf(files: number): Map<string, number> {
  const [source, destination] = [join(root, `a${files}`), join(root, `b${files}`)];
  for (let i = 0; i < files; i++) {
    const folder = join(source, `d${i % 10}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `f${i}`), `content ${i}`);
  }
  mkdirSync(destination);
  const counts = join(root, `counts-${files}`);
  const command = [process.execPath, PROGRAM, 'sync', source, destination];
  const strace = ['-f', '-c', '-o', counts, '-e', `trace=${CALLS}`, ...command];
  execFileSync('strace', [...strace, '--state', join(root, 'state')]);
  expectSameTree(source, destination);
  const lines = readFileSync(counts, 'utf8').split('\n');
  return new Map(
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => CALLS.split(',').includes(words.at(-1)!))
      .map((words) => [words.at(-1)!, Number(words[3])]),
  );
}

traced('longhaul sync: at most 12 system calls a small file, none of them a sync', () => {
  const [few, more] = [callsOf(FEW), callsOf(MORE)];
  const each = new Map(
    [...more].map(([name, count]) => [name, (count - (few.get(name) ?? 0)) / (MORE - FEW)]),
  );
  const total = [...each.values()].reduce((sum, count) => sum + count, 0);

  // The scan's statx, and the 11 of copy-file.ts; a few more for journals, messages and threads.
  expect(Math.round(each.get('openat')!)).toBe(2);
  expect(Math.round(each.get('statx')!)).toBe(3);
  expect(total).toBeLessThan(12.9);
  expect(['fsync', 'fdatasync', 'syncfs'].map((name) => Math.round(each.get(name) ?? 0))).toEqual([
    0, 0, 0,
  ]);
});
