/** Entries as the scan finds them, and as the catalog knows them. */
import type { Entry } from '../../../../src/model/entry.ts';

export const file = (name: string, over: Partial<Entry> = {}): Entry => ({
  name,
  mode: 0o100644,
  sizeBytes: 10,
  mtimeSeconds: 1000,
  mtimeNanoseconds: 1,
  ctimeSeconds: 2000,
  ctimeNanoseconds: 2,
  inode: 5n,
  nlink: 1,
  uid: 0,
  gid: 0,
  status: 'seen',
  ...over,
});
export const known = (name: string, over: Partial<Entry> = {}) =>
  file(name, { status: 'verified', ...over });
export const DIR = 0o040755;
export const dir = (name: string, over: Partial<Entry> = {}) => file(name, { mode: DIR, ...over });
export const knownDir = (name: string) => dir(name, { status: 'verified' });
