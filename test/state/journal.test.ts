import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openJournal, readJournal } from '../../src/state/journal.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  file = join(directory, 'j');
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(records: readonly unknown[]): void {
  const journal = openJournal(file);
  for (const record of records) {
    journal.append(record);
    journal.commit();
  }
  journal.close();
}

test('committed records are read back in order, over several openings', () => {
  write([{ a: 1 }, { b: 'zwei' }]);
  write([{ c: [3] }]);

  expect([...readJournal(file)]).toEqual([{ a: 1 }, { b: 'zwei' }, { c: [3] }]);
});

test('a journal cut at any byte gives a prefix of its records, and can be appended to again', () => {
  const records = [{ n: 1 }, { n: 2, text: 'ä\n' }, { n: 3 }];
  write(records);
  const whole = readFileSync(file);

  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file, whole);
    truncateSync(file, length);
    const kept = [...readJournal(file)];
    expect(kept).toEqual(records.slice(0, kept.length));
    expect(kept.length).toBeLessThan(records.length);

    write([{ n: 'new' }]);
    expect([...readJournal(file)]).toEqual([...kept, { n: 'new' }]);
  }
});

test('a record whose bytes were altered is not read, nor any after it', () => {
  write([{ n: 1 }, { n: 2 }]);
  const bytes = readFileSync(file);
  bytes[10]! ^= 1;
  writeFileSync(file, bytes);

  expect([...readJournal(file)]).toEqual([]);
});

test('a commit of the first records leaves the others for the next one', () => {
  const journal = openJournal(file);
  for (const n of [1, 2, 3]) journal.append({ n });

  journal.commit(2);
  expect([...readJournal(file)]).toEqual([{ n: 1 }, { n: 2 }]);

  journal.commit();
  journal.close();
  expect([...readJournal(file)]).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
});

test('records that were appended and not committed are not in the file', () => {
  const journal = openJournal(file);
  journal.append({ n: 1 });
  journal.close();

  expect([...readJournal(file)]).toEqual([]);
});
