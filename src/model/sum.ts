/** The sum of the ledger: every entry ever seen ends in exactly one state. */
import { groupDigits } from '../units.ts';
import type { EntryStatus } from './entry.ts';
import type { ChunkSum } from './round.ts';

/** States of entries, in the order of output; entries in an `open` state are not finished. */
const STATES = [
  { name: 'verified', words: 'verified', open: false },
  { name: 'excluded', words: 'excluded', open: false },
  { name: 'excepted', words: 'excepted', open: false },
  { name: 'deleted', words: 'deleted', open: false },
  { name: 'vanished', words: 'vanished', open: false },
  { name: 'blocked', words: 'blocked', open: true },
  { name: 'drifted', words: 'changed while copied', open: true },
  { name: 'awaitingDelete', words: 'awaiting delete', open: true },
  { name: 'unverified', words: 'not verified', open: true },
] as const;

type Sums = Readonly<Record<string, number>>;

export interface SumAnswer {
  /** True when the states add up to `seen`. */
  readonly closes: boolean;
  /** True when the sum closes and no entry is open. */
  readonly clean: boolean;
  readonly open: number;
  /** seen − accounted: 0 when it closes. */
  readonly difference: number;
  readonly because: string;
}

export function closeSum(sums: Sums): SumAnswer {
  const seen = sums['seen'] ?? 0;
  const accounted = total(sums, STATES);
  const openStates = STATES.filter((state) => state.open && (sums[state.name] ?? 0) > 0);
  const open = total(sums, openStates);
  const difference = seen - accounted;
  const closes = difference === 0;
  return { closes, clean: closes && open === 0, open, difference, because: because() };

  function because(): string {
    if (difference > 0) return `${difference} of ${seen} entries are in no state`;
    if (difference < 0) return `${-difference} entries are in more than one state`;
    if (open === 0) return `all ${groupDigits(seen)} entries are accounted for`;
    const parts = openStates.map(({ name, words }) => `${sums[name] ?? 0} ${words}`);
    return `${open} of ${seen} entries are open: ${parts.join(', ')}`;
  }
}

/** Adds sums name by name; a name that is missing counts as 0. */
export function addSums(all: Iterable<Sums>): Record<string, number> {
  const result: Record<string, number> = {};
  for (const sums of all) {
    for (const [name, value] of Object.entries(sums)) result[name] = (result[name] ?? 0) + value;
  }
  return result;
}

function total(sums: Sums, states: readonly { readonly name: string }[]): number {
  return states.reduce((sum, { name }) => sum + (sums[name] ?? 0), 0);
}

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
