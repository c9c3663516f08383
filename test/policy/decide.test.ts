import { expect, test } from '@jest/globals';
import { decide, type KnownEntry } from '../../src/policy/decide.ts';

const file: KnownEntry = {
  mode: 0o100644,
  sizeBytes: 10,
  mtimeSeconds: 100,
  mtimeNanoseconds: 5,
  ctimeSeconds: 100,
  ctimeNanoseconds: 5,
  inode: 7n,
  uid: 1,
  gid: 2,
};
const known: KnownEntry = { ...file, status: 'verified' };
const directory: KnownEntry = { ...file, mode: 0o040755 };

test.each<[string, string, KnownEntry | undefined, KnownEntry | undefined]>([
  ['copy', 'new', file, undefined],
  ['delete', 'gone at the source', undefined, known],
  ['nothing', 'on neither side', undefined, undefined],
  ['skip', 'same', file, known],
  ['skip', 'same', file, file],
  ['copy', 'different kind', { ...file, mode: 0o120777 }, known],
  ['copy', 'different kind', directory, known],
  ['copy', 'another inode', { ...file, inode: 8n }, known],
  ['copy', 'different size', { ...file, sizeBytes: 11 }, known],
  ['copy', 'different time', { ...file, mtimeSeconds: 99 }, known],
  ['copy', 'different time', { ...file, mtimeNanoseconds: 6 }, known],
  ['copy', 'left open by an earlier round', file, { ...file, status: 'unverified' }],
  ['copy', 'left open by an earlier round', file, { ...file, status: 'drifted' }],
  ['copy', 'left open by an earlier round', file, { ...file, status: 'blocked' }],
  ['metadata', 'different mode', { ...file, mode: 0o104644 }, known],
  ['metadata', 'different owner', { ...file, uid: 9 }, known],
  ['metadata', 'different owner', { ...file, gid: 9 }, known],
  ['metadata', 'changed status only', { ...file, ctimeSeconds: 101 }, known],
  ['metadata', 'changed status only', { ...file, ctimeNanoseconds: 6 }, known],
  [
    'metadata',
    'changed status only',
    { ...directory, ctimeSeconds: 101, sizeBytes: 99, mtimeSeconds: 101 },
    directory,
  ],
  ['metadata', 'different mode', { ...directory, mode: 0o040700 }, directory],
  ['skip', 'same', directory, directory],
])('%s when %s', (action, because, now, before) => {
  expect(decide(now, before)).toEqual({ action, because });
});
