/** What is at the destination before a journal says so, and what a file has before it gets its name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { callsOf, traceMissing, type Call } from '../../support/strace.ts';

const checkout = join(import.meta.dirname, '../../..');
const PART_BYTES = 2 ** 20;

let root: string;
let [a, b] = ['', ''];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'durable-'));
  [a, b] = [join(root, 'a'), join(root, 'b')];
  for (const path of [a, b]) mkdirSync(path);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const on = (path: string) => (call: Call) => call.args.includes(path);
const first = (calls: readonly Call[]): number => Math.min(...calls.map(({ began }) => began));
const last = (calls: readonly Call[]): number => Math.max(...calls.map(({ ended }) => ended));

(traceMissing === undefined ? describe : describe.skip)(
  `in the order of the calls${traceMissing ?? ''}`,
  () => {
    test('small files are whole before they get their names, and durable before the journal has them', () => {
      for (let f = 0; f < 20; f++) writeFileSync(join(a, `f${f}`), `content ${f}`);
      const sync = [process.execPath, join(checkout, 'bin/longhaul.js'), 'sync', a, b];

      const calls = callsOf(
        [...sync, '--state', join(root, 'state')],
        ['write', 'fchown', 'fchmod', 'utimensat', 'renameat', 'syncfs', 'fdatasync'],
      );
      const named = (name: string): Call[] => calls.filter((call) => call.name === name);
      const renames = named('renameat').filter(on(`${b}>, ".longhaul-`));
      const journal = calls.filter(on('copy.journal>'));

      expect(renames).toHaveLength(20);
      for (const rename of renames) {
        const temporary = `${b}/${/"(\.longhaul-[^"]+)"/.exec(rename.args)![1]}>`;
        const before = calls.filter(on(temporary));
        expect(before.map(({ name }) => name)).toEqual(['write', 'fchown', 'fchmod', 'utimensat']);
        expect(last(before)).toBeLessThan(rename.began);
      }
      const [toDisk] = named('syncfs');
      expect(last(renames)).toBeLessThan(toDisk!.began);
      expect(toDisk!.ended).toBeLessThan(first(journal));
      expect(journal.map(({ name }) => name).slice(0, 2)).toEqual(['write', 'fdatasync']);
    });

    test('a part of a large file is durable before its journal has it, and the whole has its metadata before its name', () => {
      writeFileSync(join(a, 'large'), Buffer.alloc(2.5 * PART_BYTES, 'large'));
      const journalPath = join(root, 'large.journal');
      const module = pathToFileURL(join(checkout, 'dist/engines/posix/large-file.js')).href;
      const code = `import { copyLargeFile } from ${JSON.stringify(module)};
      import { openSync } from 'node:fs';
      const job = { path: 'large', digest: 'blake3', partBytes: ${PART_BYTES}, cancel: new SharedArrayBuffer(4) };
      const fds = { sourceFd: openSync(${JSON.stringify(a)}), destinationFd: openSync(${JSON.stringify(b)}) };
      const context = { shared: new SharedArrayBuffer(256), stopped: () => false };
      const { outcome } = copyLargeFile({ ...job, ...fds, journalPath: ${JSON.stringify(journalPath)} }, context);
      if (outcome?.outcome !== 'copied') throw new Error(JSON.stringify(outcome));`;

      const calls = callsOf(
        [process.execPath, '--input-type=module', '--eval', code],
        ['write', 'pwrite64', 'fdatasync', 'fchmod', 'renameat'],
      );
      const told = calls
        .filter((call) => on('.longhaul-part-')(call) || on(journalPath)(call))
        .map((call) => (on(journalPath)(call) ? `${call.name} journal` : call.name))
        .filter((what, n, all) => what !== all[n - 1]);

      const note = ['write journal', 'fdatasync journal'];
      const part = ['pwrite64', 'fdatasync', ...note];
      expect(told).toEqual([...note, ...part, ...part, ...part, 'fchmod', 'renameat']);
    });
  },
);
