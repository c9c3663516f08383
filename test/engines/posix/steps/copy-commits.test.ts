/** The order of syncfs, journal lines and further copies, with a disk that is as slow as a test wants. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CopyCommits, MAX_UNCOMMITTED } from '../../../../src/engines/posix/steps/copy-commits.ts';
import { OutcomeJournal, Outcomes } from '../../../../src/engines/posix/round/outcome-journal.ts';
import { packBatch } from '../../../../src/engines/posix/round/packed-outcomes.ts';
import type { ThreadPool } from '../../../../src/engines/posix/pool/pool.ts';
import { LonghaulError } from '../../../../src/errors/failure.ts';

let folder: string;
let path: string;
let journal: OutcomeJournal;
let commits: CopyCommits;
let holdsLease: boolean;
/** One for each syncfs that has not returned. */
let syncs: { readonly end: () => void; readonly fail: (error: Error) => void }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commits-'));
  path = join(folder, 'copy.journal');
  journal = new OutcomeJournal(path);
  holdsLease = true;
  syncs = [];
  const run = () =>
    new Promise<void>((resolve, reject) => syncs.push({ end: resolve, fail: reject }));
  const check = () => {
    if (!holdsLease) throw new LonghaulError('FENCED', 'taken over');
  };
  const context = { pool: { run } as unknown as ThreadPool, destinationFd: 0 };
  commits = new CopyCommits({ lease: { epoch: 1, check } }, context, journal);
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

let copied = 0;
const copy = (entries: number): Promise<void> => {
  const outcomes = Array.from({ length: entries }, () => {
    return { name: `f${copied++}`, outcome: 'copied', bytes: 1 } as const;
  });
  journal.append('d', packBatch(outcomes));
  return commits.whenDue();
};
const durable = () => new Outcomes(path).ordered;
const turn = () => new Promise(setImmediate);
const HALF = MAX_UNCOMMITTED / 2;

test('copying continues during a sync, and entries copied meanwhile wait for the next sync', async () => {
  await copy(HALF);
  await copy(10);
  expect([syncs.length, durable()]).toEqual([1, 0]);

  syncs[0]!.end();
  await turn();
  expect(durable()).toBe(HALF);

  const all = commits.all();
  await turn();
  expect([syncs.length, durable()]).toEqual([2, HALF]);
  syncs[1]!.end();
  await all;
  expect(durable()).toBe(HALF + 10);
});

test('copying waits when the maximum of uncommitted entries is reached', async () => {
  await copy(HALF);
  let went = false;
  const waiting = copy(HALF).then(() => (went = true));
  await turn();
  expect(went).toBe(false);

  syncs[0]!.end();
  await waiting;
  await turn();
  expect([syncs.length, durable()]).toEqual([2, HALF]);
  syncs[1]!.end();
  await commits.settled();
  expect(durable()).toBe(MAX_UNCOMMITTED);
});

test('a failed sync is reported with the next outcome, and none of its entries is committed', async () => {
  await copy(HALF);
  syncs[0]!.fail(new LonghaulError('DISK_FULL', 'no space'));
  await turn();

  await expect(copy(1)).rejects.toThrow('no space');
  expect(durable()).toBe(0);
});

test('nothing is committed when the chunk was taken over during the sync', async () => {
  await copy(HALF);
  holdsLease = false;
  syncs[0]!.end();
  await turn();

  await expect(copy(1)).rejects.toMatchObject({ code: 'FENCED' });
  expect(durable()).toBe(0);
});
