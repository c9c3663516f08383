/**
 * Tells the story of one path: its chunk, its status, the actions of each round, and operators' decisions
 * about it. Reads the plan, the chunk's catalog and events, and the ledger.
 */
import { existsSync } from 'node:fs';
import { nameOf, parentOf, printable, type RawPath } from '../paths.ts';
import { chunkOf } from '../policy/chunks/plan.ts';
import type { Entry } from '../model/entry.ts';
import { CatalogReader } from '../catalog/reader.ts';
import { eventsOf, type EventsOfPath, type PathEvent } from './entry-events.ts';
import { readLedger } from './ledger.ts';
import type { LedgerLine } from './ledger-line.ts';
import type { MigrationStore } from '../state/migration-store.ts';

export interface EntryStory {
  /** Printable form. */
  readonly path: string;
  /** Undefined if there is no plan. */
  readonly chunk: string | undefined;
  readonly now: EntryNow | undefined;
  readonly events: readonly StoryEvent[];
  /** Events of rounds up to this one are no longer kept; 0 if all are. */
  readonly forgottenUpTo: number;
  /** Rounds with more events than were kept: an event of this path may be missing. */
  readonly incompleteRounds: readonly number[];
  readonly decisions: readonly StoryDecision[];
}

/** State of the entry after the last closed round. */
export interface EntryNow {
  readonly status: Entry['status'];
  readonly kind: string;
  readonly sizeBytes: number;
  /** ISO 8601 with nanoseconds. */
  readonly modified: string;
  readonly mode: string;
  readonly owner: string;
  /** Hex. */
  readonly digest?: string;
  /** Names the directory whose exclusion or exception covers this path. */
  readonly because?: string;
}

export interface StoryEvent {
  readonly round: number;
  readonly at: string;
  readonly what: string;
  readonly status?: string;
  readonly code?: string;
}

export interface StoryDecision {
  readonly at: string;
  readonly what: string;
  readonly by?: string;
  readonly because?: string;
}

const NOTHING: EventsOfPath = { events: [], forgottenUpTo: 0, incompleteRounds: [] };

export function storyOf(store: MigrationStore, path: RawPath): EntryStory {
  const chunk = chunkIdOf(store, path);
  const directory = chunk === undefined ? undefined : store.chunkDirectory(chunk);
  const { events, forgottenUpTo, incompleteRounds } =
    directory === undefined ? NOTHING : eventsOf({ directory }, path);
  return {
    path: printable(path),
    chunk,
    now: directory === undefined ? undefined : entryNow(`${directory}/catalog`, path),
    events: events.map(toStoryEvent),
    forgottenUpTo,
    incompleteRounds,
    decisions: decisionsAbout(store, path),
  };
}

function chunkIdOf(store: MigrationStore, path: RawPath): string | undefined {
  const plan = store.readPlan();
  return plan === undefined ? undefined : chunkOf(path, plan).id;
}

function entryNow(catalogPath: string, path: RawPath): EntryNow | undefined {
  if (!existsSync(catalogPath)) return undefined;
  const reader = new CatalogReader(catalogPath);
  try {
    // An excluded directory stands for its whole subtree.
    for (let at = path; at !== ''; at = parentOf(at)) {
      const entry = reader.directory(parentOf(at))?.entries.find(({ name }) => name === nameOf(at));
      if (entry === undefined) continue;
      if (at === path) return describeEntry(entry);
      const stands = entry.status === 'excluded' || entry.status === 'excepted';
      if (!stands) return undefined;
      return { ...describeEntry(entry), because: `${printable(at)} is ${entry.status}` };
    }
    return undefined;
  } finally {
    reader.close();
  }
}

const S_IFMT = 0o170000;
const KINDS: Readonly<Record<number, string>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
  0o010000: 'fifo',
  0o140000: 'socket',
  0o020000: 'character device',
  0o060000: 'block device',
};

function describeEntry(entry: Entry): EntryNow {
  const { mode, mtimeSeconds, mtimeNanoseconds } = entry;
  return {
    status: entry.status,
    kind: KINDS[mode & S_IFMT] ?? 'unknown',
    sizeBytes: entry.sizeBytes,
    modified: formatTime(mtimeSeconds, mtimeNanoseconds),
    mode: (mode & 0o7777).toString(8).padStart(4, '0'),
    owner: `${entry.uid}:${entry.gid}`,
    ...(entry.digest ? { digest: Buffer.from(entry.digest).toString('hex') } : {}),
  };
}

/** Returns seconds for a time that a file system can store and a Date cannot. */
function formatTime(seconds: number, nanoseconds: number): string {
  const fraction = String(nanoseconds).padStart(9, '0');
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds}.${fraction}`;
  return date.toISOString().replace(/\.000Z$/, `.${fraction}Z`);
}

function toStoryEvent({ round, at, what, status, code }: PathEvent): StoryEvent {
  return {
    round,
    at,
    what,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
  };
}

function decisionsAbout(store: MigrationStore, path: RawPath): readonly StoryDecision[] {
  const text = printable(path);
  const decisions: StoryDecision[] = [];
  for (const line of readLedger(store.ledgerPath)) {
    if (line.kind === 'exception accepted' && line.path === text) {
      decisions.push(decision(line, 'accepted as an exception'));
    }
    if (line.kind === 'decision' && mentions(line.details, text)) {
      decisions.push(decision(line, line.message));
    }
  }
  return decisions;
}

function mentions(details: Readonly<Record<string, unknown>> | undefined, path: string): boolean {
  return details?.['path'] === path;
}

function decision(line: LedgerLine, what: string): StoryDecision {
  return {
    at: line.at,
    what,
    ...(line.by === undefined ? {} : { by: line.by }),
    ...(line.because === undefined ? {} : { because: line.because }),
  };
}

/** Renders the story as lines of text. */
export function renderStory(story: EntryStory): string {
  const lines = [story.path === '' ? '(the root of the tree)' : story.path];
  lines.push(story.chunk === undefined ? '  in no chunk: no plan yet' : `  chunk ${story.chunk}`);
  lines.push(`  now: ${renderNow(story)}`);
  if (atTheSeed(story)) lines.push('  it was there when the seed listed the tree');
  if (story.forgottenUpTo > 0) {
    lines.push(`  what rounds 1 to ${story.forgottenUpTo} did is no longer kept`);
  }
  if (story.incompleteRounds.length > 0) {
    lines.push(`  rounds that did more than is kept: ${story.incompleteRounds.join(', ')}`);
  }
  const dated = [
    ...story.events.map(({ at, round, what, status, code }) => ({
      at,
      text: `round ${round}: ${[what, status, code && `[${code}]`].filter(Boolean).join(', ')}`,
    })),
    ...story.decisions.map(({ at, what, by, because }) => ({
      at,
      text: `${what} by ${by ?? 'unknown'}${because === undefined ? '' : `: ${because}`}`,
    })),
  ].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  for (const { at, text } of dated) lines.push(`  ${at}  ${text}`);
  return `${lines.join('\n')}\n`;
}

/** Returns true if the entry existed at the seed, which writes no event for what it copies as new. */
function atTheSeed({ now, events, forgottenUpTo, incompleteRounds }: EntryStory): boolean {
  const whole = forgottenUpTo === 0 && incompleteRounds.length === 0;
  const copied = now === undefined ? events.length > 0 : now.status === 'verified';
  return whole && copied && !events.some(({ what }) => what === 'new');
}

function renderNow({ now, events }: EntryStory): string {
  if (now === undefined) {
    return events.at(-1)?.what === 'deleted' ? 'deleted' : 'in no closed round';
  }
  const { status, kind, sizeBytes, modified, mode, owner, digest, because } = now;
  if (because !== undefined) return because;
  const sum = digest === undefined ? '' : `, digest ${digest}`;
  return `${status}, ${kind}, ${sizeBytes} ${sizeBytes === 1 ? 'byte' : 'bytes'}, modified ${modified}, mode ${mode}, owner ${owner}${sum}`;
}
