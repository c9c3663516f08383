/** The modules that programs load at start-up, which dominate its duration and grow unnoticed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const traced = canTrace ? test : test.skip;
const CHECKOUT = join(import.meta.dirname, '../..');
const PROGRAM = join(CHECKOUT, 'bin/longhaul.js');
const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;

let room: string;
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'loaded-'));
});
afterAll(() => rmSync(room, { recursive: true, force: true }));

/** Returns the scripts that a Node program opens, each as often as it is opened. */
function scriptsOf(...args: string[]): readonly string[] {
  const trace = join(room, 'trace');
  const strace = ['-f', '-e', 'trace=openat', '-o', trace, process.execPath, ...args];
  execFileSync('strace', strace, { stdio: 'ignore' });
  const opened = readFileSync(trace, 'utf8').matchAll(/ "([^"]+\.[cm]?js)"(?!.* = -1 )/g);
  return [...opened].map(([, path = '']) => path);
}

const packagesIn = (scripts: readonly string[]): readonly string[] => {
  const names = scripts.map((path) => PACKAGE.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
};

describe('what is loaded', () => {
  traced(
    'by longhaul sync: one script per thread, and nothing of Temporal, AWS or the spec',
    () => {
      const [source, destination] = [join(room, 'a'), join(room, 'b')];
      for (const path of [source, destination]) mkdirSync(path);
      writeFileSync(join(source, 'file'), 'content');

      const state = join(room, 'state');
      const scripts = scriptsOf(PROGRAM, 'sync', source, destination, '--state', state);

      const loaded = packagesIn(scripts);
      const native = /koffi|^@napi-rs/;
      expect(loaded.filter((name) => native.test(name)).length).toBeGreaterThan(1);
      expect(loaded.filter((name) => !native.test(name))).toEqual([]);
      const own = scripts.filter((path) => path.includes('/dist/'));
      expect(own.map((path) => path.split('/dist/')[1]).sort()).toEqual([
        'cli/alone/sync.js',
        'cli/main.js',
        ...['engines/posix/jobs/worker.js', 'engines/posix/jobs/worker.js'], // each of the two threads
      ]);
    },
  );

  test('by the threads of longhaul sync: the modules of Node come from the code cache in its binary', () => {
    const [source, destination] = [join(room, 'c'), join(room, 'd')];
    for (const path of [source, destination]) mkdirSync(path);
    writeFileSync(join(source, 'file'), 'content');

    const sync = [PROGRAM, 'sync', source, destination, '--state', join(room, 'cached')];
    const env = { ...process.env, NODE_DEBUG_NATIVE: 'CODE_CACHE' };
    const { stderr } = spawnSync(process.execPath, sync, { env, encoding: 'utf8' });
    const times = (what: string): number => stderr.split(what).length - 1;

    expect(times('is accepted')).toBeGreaterThan(200);
    // What the main thread loads after the threads have answered.
    expect(times('is rejected')).toBeLessThan(20);
  });

  traced('by a worker that works on no migration by DataSync: nothing of AWS', () => {
    const main = join(CHECKOUT, 'dist/workers/main.js');

    const load = `await import(${JSON.stringify(main)})`;
    const loaded = packagesIn(scriptsOf('--input-type=module', '-e', load));

    expect(loaded).toContain('@temporalio/worker');
    expect(loaded.filter((name) => /^@(aws|aws-sdk|smithy)/.test(name))).toEqual([]);
  });

  traced('by longhaul --version and --help: two scripts', () => {
    for (const option of ['--version', '--help']) {
      const names = scriptsOf(PROGRAM, option).map((path) => path.split('/').at(-1));
      expect(names).toEqual(['longhaul.js', 'main.js']);
    }
  });
});
