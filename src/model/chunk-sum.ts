/** How the entries of a chunk add up, the same for every engine. */
import type { EntryStatus } from './entry.ts';
import type { ChunkSum } from '../engines/engine.ts';

type MutableSum = { -readonly [K in keyof ChunkSum]: number };

export const COUNTED_AS: Readonly<Record<EntryStatus, keyof ChunkSum>> = {
  seen: 'unverified',
  verified: 'verified',
  unverified: 'unverified',
  drifted: 'drifted',
  blocked: 'blocked',
  excepted: 'excepted',
  excluded: 'excluded',
  'awaiting delete': 'awaitingDelete',
  vanished: 'vanished',
  unreadable: 'blocked',
};

export const emptySum = (): MutableSum => ({
  seen: 0,
  verified: 0,
  excluded: 0,
  excepted: 0,
  deleted: 0,
  vanished: 0,
  blocked: 0,
  drifted: 0,
  awaitingDelete: 0,
  unverified: 0,
  bytes: 0,
  changedEntries: 0,
  changedBytes: 0,
});
