/** What is at the destination before a journal says so, and what a file has before it gets its name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { callsOf, traceMissing, type Call } from '../../support/processes/strace.ts';

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
    /** New in `b`, and then each in place of what is there: without a name at first, and with one. */
    test.each(['new', 'changed'])(
      '%s small files are whole before they get their names, and durable before the journal has them',
      (which) => {
        const sync = [process.execPath, join(checkout, 'bin/longhaul.js'), 'sync', a, b];
        const write = (text: string): void => {
          for (let f = 0; f < 20; f++) writeFileSync(join(a, `f${f}`), `${text} ${f}`);
        };
        write('content');
        if (which === 'changed') {
          callsOf([...sync, '--state', join(root, 'before')], ['syncfs']);
          write('other content');
        }

        const calls = callsOf(
          [...sync, '--state', join(root, 'state')],
          ['write', 'fchown', 'fchmod', 'utimensat', 'linkat', 'renameat', 'syncfs', 'fdatasync'],
        );
        const named = (name: string): Call[] => calls.filter((call) => call.name === name);
        const places = calls.filter(({ args }) => /, "f\d+"(, AT_EMPTY_PATH)?$/.test(args));
        const journal = calls.filter(on('copy.journal>'));

        expect(places).toHaveLength(20);
        for (const place of places) {
          const before = calls.filter(on(fileThat(place, calls)));
          // chown takes bits of the mode away, and all of them change the times.
          expect(before.map(({ name }) => name).join(' ')).toMatch(
            /^write( fchown)?( fchmod)? utimensat( linkat)?$/,
          );
          expect(last(before.filter(({ name }) => name !== 'linkat'))).toBeLessThan(place.began);
        }
        const [toDisk] = named('syncfs');
        expect(last(places)).toBeLessThan(toDisk!.began);
        expect(toDisk!.ended).toBeLessThan(first(journal));
        expect(journal.map(({ name }) => name).slice(0, 2)).toEqual(['write', 'fdatasync']);
      },
    );

    /** How descriptors of the file that gets a name there are shown. */
    function fileThat(place: Call, calls: readonly Call[]): string {
      if (place.name === 'linkat') return /<([^>]+>)/.exec(place.args)![1]!;
      const temporary = /"(\.longhaul-[^"]+)"/.exec(place.args)![1]!;
      const linked = calls.find((call) => call.name === 'linkat' && on(`"${temporary}"`)(call));
      return linked ? fileThat(linked, calls) : `${b}/${temporary}>`;
    }

    test('a part of a large file is durable before its journal has it, and the whole has its metadata before its name', () => {
      writeFileSync(join(a, 'large'), Buffer.alloc(2.5 * PART_BYTES, 'large'));
      const journalPath = join(root, 'large.journal');
      const module = pathToFileURL(join(checkout, 'dist/engines/posix/jobs/copy-large.js')).href;
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
