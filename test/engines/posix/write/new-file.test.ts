/** New files are unnamed where possible and get only the metadata that they lack: the result is always the same. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { expectSameTree } from '../../../support/trees/oracle.ts';
import { traceMissing } from '../../../support/processes/strace.ts';
import { leftovers } from '../../../support/trees/tree.ts';

const PROGRAM = join(import.meta.dirname, '../../../../bin/longhaul.js');
const MODES = [0o644, 0o600, 0o777, 0o666, 0o000, 0o4755, 0o2755, 0o1644, 0o640];
const ids = process.getuid?.() === 0 ? [0, 1000, 0] : [process.getuid!()];

let root: string;
let [source, destination] = ['', ''];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'new-file-'));
  [source, destination] = [join(root, 'source'), join(root, 'destination')];
  for (const folder of ['', 'setgid']) mkdirSync(join(source, folder), { recursive: true });
  mkdirSync(destination);
  for (const [i, mode] of [...MODES, ...MODES].entries()) {
    for (const [n, id] of ids.entries()) {
      const path = join(source, i % 2 ? 'setgid' : '', `file-${i}-${n}`);
      writeFileSync(path, `content ${i}`);
      chownSync(path, id, ids[(n + i) % ids.length]!);
      chmodSync(path, mode);
    }
  }
  if (ids.length > 1) chownSync(join(source, 'setgid'), 0, 1000);
  chmodSync(join(source, 'setgid'), 0o2755);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs `longhaul sync` as an argument of `program`. */
function sync(program: readonly string[]): void {
  const command = [...program, process.execPath, PROGRAM, 'sync', source, destination];
  execFileSync(command[0]!, [...command.slice(1), '--state', join(root, 'state')]);
}

test.each(['000', '022', '077', '777'])(
  'a sync with a umask of %s copies all metadata',
  (umask) => {
    mkdirSync(join(destination, 'setgid'));
    chownSync(join(destination, 'setgid'), ids[0]!, ids.at(-2) ?? ids[0]!);
    chmodSync(join(destination, 'setgid'), 0o2755);

    sync(['sh', '-c', `umask ${umask}; exec "$@"`, 'sh']);

    expectSameTree(source, destination);
  },
);

const TRACE = ['strace', '-f', '-e', 'trace=linkat'];

(traceMissing === undefined ? test : test.skip)(
  `unnamed files are not used where they cannot be linked${traceMissing ?? ''}`,
  () => {
    const calls = join(root, 'calls');
    sync([...TRACE, '-o', calls, '-e', 'inject=linkat:error=ENOENT']);

    expectSameTree(source, destination);
    expect(leftovers(destination)).toEqual([]);
    // Each of the two threads tries it once.
    const tried = readFileSync(calls, 'utf8').match(/linkat\(.*AT_EMPTY_PATH/g) ?? [];
    expect(tried.length).toBeGreaterThan(0);
    expect(tried.length).toBeLessThanOrEqual(2);
  },
);
