/** A write is durable on disk before the caller returns. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { callsOf, traceMissing } from '../support/processes/strace.ts';

const dist = pathToFileURL(join(import.meta.dirname, '../../dist')).href;

let room: string;
beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), 'durable-'));
});
afterEach(() => rmSync(room, { recursive: true, force: true }));

const write = (name: string, code: string): string => `
  import { ${name} } from '${dist}/${FILES[name]}.js';
  ${code.replaceAll('ROOM', room)}
  process.stdout.write('TOLD');`;
const FILES: Readonly<Record<string, string>> = {
  openJournal: 'state/journal',
  openLedger: 'ledger/ledger',
  writeFileAtomic: 'state/atomic-file',
  CatalogWriter: 'catalog/writer',
};

/** Calls on files of the room, by kind of file, and the word to the caller. */
function told(code: string): readonly string[] {
  const names = ['write', 'pwrite64', 'fsync', 'fdatasync', 'rename', 'renameat'];
  const calls = callsOf([process.execPath, '--input-type=module', '--eval', code], names);
  return calls.flatMap(({ name, args }) => {
    if (args.includes('TOLD')) return ['told'];
    if (!args.includes(room)) return [];
    if (name.startsWith('rename')) return ['rename'];
    const what = args.includes(`<${room}>`) ? 'directory' : 'file';
    return [`${name.endsWith('sync') ? 'sync' : 'write'} ${what}`];
  });
}

(traceMissing === undefined ? test : test.skip).each([
  [
    'a record of a journal',
    'openJournal',
    `const journal = openJournal('ROOM/j'); journal.append({ a: 1 }); journal.commit();`,
    ['sync directory', 'write file', 'sync file', 'told'],
  ],
  [
    'a file that is replaced as a whole',
    'writeFileAtomic',
    `writeFileAtomic('ROOM/f', 'content');`,
    ['write file', 'sync file', 'rename', 'sync directory', 'told'],
  ],
  [
    'a line of the ledger, and its head after it',
    'openLedger',
    `openLedger('ROOM/ledger.jsonl').append({ kind: 'phase', key: 'p', phase: 'seeding' });`,
    [
      ...['write file', 'sync file', 'sync directory'],
      ...['write file', 'sync file', 'rename', 'sync directory', 'told'],
    ],
  ],
  [
    'a catalog',
    'CatalogWriter',
    `const writer = new CatalogWriter('ROOM/catalog');
     writer.add({ path: '', complete: true, entries: [] }); writer.finish();`,
    ['write file', 'sync file', 'rename', 'sync directory', 'told'],
  ],
])(`%s is durable before the call returns${traceMissing ?? ''}`, (_what, name, code, expected) => {
  const calls = told(write(name, code)).filter((what, n, all) => what !== all[n - 1]);

  expect(calls).toEqual(expected);
});
