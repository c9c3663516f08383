/** What programs load before they are of use: start-up is mostly that, and it grows unnoticed. */
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

/** The packages whose scripts a Node program opens. */
function packagesOf(...args: string[]): readonly string[] {
  const trace = join(room, 'trace');
  const strace = ['-f', '-e', 'trace=openat', '-o', trace, process.execPath, ...args];
  execFileSync('strace', strace, { stdio: 'ignore' });
  const opened = readFileSync(trace, 'utf8').matchAll(/ "([^"]+\.[cm]?js)"(?!.* = -1 )/g);
  const names = [...opened].map(([, path = '']) => PACKAGE.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

describe('what is loaded', () => {
  traced('by longhaul sync: nothing of Temporal, AWS, the spec or the logs', () => {
    const [source, destination] = [join(room, 'a'), join(room, 'b')];
    for (const path of [source, destination]) mkdirSync(path);
    writeFileSync(join(source, 'file'), 'content');

    const loaded = packagesOf(PROGRAM, 'sync', source, destination, '--state', join(room, 's'));

    const native = /koffi|^@napi-rs/;
    expect(loaded.filter((name) => native.test(name)).length).toBeGreaterThan(1);
    expect(loaded.filter((name) => !native.test(name))).toEqual(['commander', 'ignore']);
  });

  traced('by a worker that works on no migration by DataSync: nothing of AWS', () => {
    const main = join(CHECKOUT, 'dist/workers/main.js');

    const load = `await import(${JSON.stringify(main)})`;
    const loaded = packagesOf('--input-type=module', '-e', load);

    expect(loaded).toContain('@temporalio/worker');
    expect(loaded.filter((name) => /^@(aws|aws-sdk|smithy)/.test(name))).toEqual([]);
  });

  traced('by longhaul --version and --help: commander alone', () => {
    for (const option of ['--version', '--help'])
      expect(packagesOf(PROGRAM, option)).toEqual(['commander']);
  });
});
