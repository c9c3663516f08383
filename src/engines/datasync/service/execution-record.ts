/** What the journal of a round knows of the executions of a chunk: executions.journal in its directory. */
import { join } from 'node:path';
import type { RawPath } from '../../../paths.ts';
import type { ChunkStore } from '../../../state/chunk-store.ts';
import { openJournal, readJournal } from '../../../state/journal.ts';

export type Purpose = 'copy' | 'repair' | 'remove';

/** One of the executions a round needs of a chunk. */
export interface ExecutionKey {
  readonly purpose: Purpose;
  /** Which part of the chunk: '0' for all of it. */
  readonly part: string;
}

export interface ExecutionEnd {
  readonly arn: string;
  readonly status: 'SUCCESS' | 'ERROR';
  readonly errorCode?: string;
  readonly errorDetail?: string;
  /** How far it came. */
  readonly phase: 'launching' | 'preparing' | 'transferring' | 'verifying' | 'done';
  readonly verifyMode: string;
  readonly filesToTransfer: number;
  readonly filesTransferred: number;
  readonly filesDeleted: number;
  readonly bytesWritten: number;
  /** On the wire. */
  readonly bytesCompressed: number;
  readonly report: 'SUCCESS' | 'ERROR' | 'none';
  /** Milliseconds since 1970; launchedAt is absent when it never ran. */
  readonly startedAt: number;
  readonly launchedAt?: number;
  readonly endedAt: number;
  readonly prepareMs: number;
  readonly transferMs: number;
  readonly verifyMs: number;
}

export interface Attempt extends ExecutionKey {
  /** The value of the attempt tag. */
  readonly attempt: string;
  readonly lane: number;
  readonly task: string;
  /** What the task's locations hold, when that is not the whole tree: its report begins there. */
  readonly below?: RawPath;
}

type ExecutionRecord =
  /** Written before a start is sent. */
  | ({ readonly t: 'intended' } & Attempt)
  | { readonly t: 'started'; readonly attempt: string; readonly arn: string }
  | { readonly t: 'ended'; readonly attempt: string; readonly end: ExecutionEnd }
  /** It was never started, or is no longer known to the service. */
  | { readonly t: 'dropped'; readonly attempt: string }
  /** A person was asked: what failed before no longer counts. */
  | ({ readonly t: 'gave up' } & ExecutionKey);

export interface AttemptState extends Attempt {
  readonly arn?: string;
  readonly end?: ExecutionEnd;
}

export interface KeyState {
  /** Not ended as far as we know. */
  readonly open: AttemptState | undefined;
  /** All that ended, oldest first. */
  readonly ended: readonly (AttemptState & { readonly end: ExecutionEnd })[];
  /** Of those, how many since a person was asked last. */
  readonly sinceGivenUp: number;
}

const pathOf = (store: ChunkStore): string => join(store.roundDirectory, 'executions.journal');

/** Durable when it returns. */
export function recordExecution(store: ChunkStore, record: ExecutionRecord): void {
  const journal = openJournal<ExecutionRecord>(pathOf(store));
  try {
    journal.append(record);
    journal.commit();
  } finally {
    journal.close();
  }
}

/** A person is asked: when the chunk is tried again, in this same round, new executions are run for these parts. */
export function giveUp(
  store: ChunkStore,
  purpose: Purpose,
  parts: readonly { readonly id: string }[],
): void {
  for (const { id: part } of parts)
    if (stateOf(store, { purpose, part }).sinceGivenUp > 0)
      recordExecution(store, { t: 'gave up', purpose, part });
}

/** Every attempt of the round that is not dropped, oldest first. */
export function attemptsOf(store: ChunkStore): readonly AttemptState[] {
  const all = new Map<string, AttemptState>();
  for (const record of readJournal<ExecutionRecord>(pathOf(store))) {
    if (record.t === 'gave up') continue;
    const known = all.get(record.attempt);
    if (record.t === 'intended') {
      const { t, ...attempt } = record;
      if (t === 'intended') all.set(record.attempt, attempt);
    } else if (record.t === 'dropped') all.delete(record.attempt);
    else if (known && record.t === 'started')
      all.set(record.attempt, { ...known, arn: record.arn });
    else if (known && record.t === 'ended') all.set(record.attempt, { ...known, end: record.end });
  }
  return [...all.values()];
}

export function stateOf(store: ChunkStore, key: ExecutionKey): KeyState {
  const isKey = (other: ExecutionKey): boolean =>
    other.purpose === key.purpose && other.part === key.part;
  const attempts = attemptsOf(store).filter(isKey);
  let before = 0;
  let ended = 0;
  const mine = new Set(attempts.map(({ attempt }) => attempt));
  for (const record of readJournal<ExecutionRecord>(pathOf(store))) {
    if (record.t === 'gave up' && isKey(record)) before = ended;
    if (record.t === 'ended' && mine.has(record.attempt)) ended++;
  }
  return {
    open: attempts.find(({ end }) => end === undefined),
    ended: attempts.flatMap(({ end, ...rest }) => (end === undefined ? [] : [{ ...rest, end }])),
    sinceGivenUp: ended - before,
  };
}
