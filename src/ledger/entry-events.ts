/**
 * Records the events of the entries of a chunk, over its rounds: one journal record per entry that a round
 * changed, written by close() before it replaces the catalog. Entries that the seed round copied as new are
 * left out: a path without a 'new' event existed at the seed. A round keeps at most MAX_EVENTS, and the
 * number of those beyond.
 *
 * close() may run again after a crash: the records of a round stand between its `begin` and `end`, and a
 * reader uses the last complete set of a round. `compactEvents` limits the size of the file: it drops the
 * oldest rounds and records up to which.
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromPrintable, printable, type RawPath } from '../paths.ts';
import { syncDirectory } from '../state/directory.ts';
import type { ChunkStore } from '../state/chunk-store.ts';
import type { EntryStatus } from '../model/entry.ts';
import { openJournal, readJournal } from '../state/journal.ts';

type Place = Pick<ChunkStore, 'directory'>;

export interface EntryEvent {
  readonly path: RawPath;
  /** Action of the round: 'new', 'changed', 'metadata', 'deleted', 'blocked', …. */
  readonly what: string;
  /** Status after the round; absent if the entry no longer exists. */
  readonly status?: EntryStatus;
  /** Error code of an entry that the round could not finish. */
  readonly code?: string;
}

export interface RoundEvents {
  readonly round: number;
  /** ISO 8601. */
  readonly at: string;
  readonly events: readonly EntryEvent[];
  /** Number of events of this round that were not kept. */
  readonly more: number;
}

/** `b` begins a round, `e` ends it, `d` records that the rounds up to `d` were dropped. */
type EventRecord =
  | { readonly b: number; readonly at: string }
  | { readonly p: string; readonly w: string; readonly s?: EntryStatus; readonly c?: string }
  /** `more`: number of events beyond those kept. */
  | { readonly e: number; readonly more?: number }
  | { readonly d: number };

const EVENTS_LIMIT_BYTES = 8 * 2 ** 20;
/** Limits the memory for reading a round to tens of MB. */
const MAX_EVENTS = 50_000;
const COMMIT_EVERY = 4096;

/** Appends the events of a round; durable when it returns. May be called again for the same round. */
export function writeEvents(
  store: Place,
  round: { readonly number: number; readonly at: string },
  events: Iterable<EntryEvent>,
): void {
  const journal = openJournal<EventRecord>(pathOf(store));
  try {
    journal.append({ b: round.number, at: round.at });
    let count = 0;
    for (const event of events) {
      if (++count > MAX_EVENTS) continue;
      journal.append(encode(event));
      if (count % COMMIT_EVERY === 0) journal.commit();
    }
    journal.append(endOf(round.number, Math.max(0, count - MAX_EVENTS)));
    journal.commit();
  } finally {
    journal.close();
  }
}

export interface PathEvent extends EntryEvent {
  readonly round: number;
  readonly at: string;
}

export interface EventsOfPath {
  readonly events: readonly PathEvent[];
  /** Rounds up to this one are no longer in the file; 0 if all are. */
  readonly forgottenUpTo: number;
  /** Numbers of the rounds that had more events than were kept. */
  readonly incompleteRounds: readonly number[];
}

/** Returns the events of one path in order of rounds. Reads the whole file. */
export function eventsOf(store: Place, path: RawPath): EventsOfPath {
  const { rounds, forgottenUpTo } = readRounds(store, (candidate) => candidate === path);
  const events = rounds.flatMap(({ round, at, events }) =>
    events.map((event) => ({ ...event, round, at })),
  );
  const incompleteRounds = rounds.filter(({ more }) => more > 0).map(({ round }) => round);
  return { events, forgottenUpTo, incompleteRounds };
}

/** Returns the rounds in the file, oldest first, with the events of the wanted paths. */
export function readRounds(
  store: Place,
  wanted: (path: RawPath) => boolean = () => true,
): { readonly rounds: readonly RoundEvents[]; readonly forgottenUpTo: number } {
  const rounds = new Map<number, RoundEvents>();
  let forgottenUpTo = 0;
  let open: { round: number; at: string; events: EntryEvent[] } | undefined;
  for (const record of readJournal<EventRecord>(pathOf(store))) {
    if ('b' in record) open = { round: record.b, at: record.at, events: [] };
    else if ('d' in record) forgottenUpTo = record.d;
    else if ('e' in record) {
      if (open?.round === record.e) rounds.set(open.round, { ...open, more: record.more ?? 0 });
      open = undefined;
    } else {
      const event = decode(record);
      if (wanted(event.path)) open?.events.push(event);
    }
  }
  return { rounds: [...rounds.values()].sort((a, b) => a.round - b.round), forgottenUpTo };
}

/**
 * Drops the oldest rounds if the file exceeds the limit, until it is below half of it; keeps the newest
 * round, however large. Replaces the file atomically. close() calls it after `writeEvents`.
 */
export function compactEvents(store: Place, limitBytes = EVENTS_LIMIT_BYTES): void {
  const path = pathOf(store);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= limitBytes) return;
  const { rounds, forgottenUpTo } = readRounds(store);
  const newest = rounds.at(-1);
  if (newest === undefined) return;
  const kept = newestWithin(rounds, limitBytes / 2);
  const firstKept = kept[0]?.round ?? newest.round;
  const partial = join(store.directory, 'events.partial');
  rmSync(partial, { force: true });
  const journal = openJournal<EventRecord>(partial);
  journal.append({ d: Math.max(forgottenUpTo, firstKept - 1) });
  for (const { round, at, events, more } of kept) {
    journal.append({ b: round, at });
    for (const event of events) journal.append(encode(event));
    journal.append(endOf(round, more));
    journal.commit();
  }
  journal.commit();
  journal.close();
  renameSync(partial, path);
  syncDirectory(dirname(path));
}

function newestWithin(rounds: readonly RoundEvents[], bytes: number): readonly RoundEvents[] {
  let first = rounds.length - 1;
  let used = sizeOf(rounds[first]!);
  while (first > 0 && used + sizeOf(rounds[first - 1]!) <= bytes) used += sizeOf(rounds[--first]!);
  return rounds.slice(first);
}

/** Returns the approximate size of the records of a round, in bytes. */
function sizeOf({ events }: RoundEvents): number {
  return events.reduce((sum, event) => sum + JSON.stringify(encode(event)).length + 8, 80);
}

function endOf(round: number, more: number): EventRecord {
  return more === 0 ? { e: round } : { e: round, more };
}

function encode({ path, what, status, code }: EntryEvent): EventRecord {
  return {
    p: printable(path),
    w: what,
    ...(status === undefined ? {} : { s: status }),
    ...(code === undefined ? {} : { c: code }),
  };
}

function decode({ p, w, s, c }: Extract<EventRecord, { readonly p: string }>): EntryEvent {
  return {
    path: fromPrintable(p),
    what: w,
    ...(s === undefined ? {} : { status: s }),
    ...(c === undefined ? {} : { code: c }),
  };
}

function pathOf(store: Place): string {
  return join(store.directory, 'events');
}
