/** Journal of the executions of a chunk in one round: executions.journal in the round's directory. */
import { join } from 'node:path';
import type { RawPath } from '../../../paths.ts';
import type { ChunkStore } from '../../../state/chunk-store.ts';
import { openJournal, readJournal } from '../../../state/journal.ts';

export type Purpose = 'copy' | 'repair' | 'remove';

/** Identifies what an execution is for; several attempts may share a key. */
export interface ExecutionKey {
  readonly purpose: Purpose;
  /** Id of a ChunkPart, or the number of the repair. */
  readonly part: string;
}

export interface ExecutionEnd {
  readonly arn: string;
  readonly status: 'SUCCESS' | 'ERROR';
  readonly errorCode?: string;
  readonly errorDetail?: string;
  /** The phase in which it ended. */
  readonly phase: 'launching' | 'preparing' | 'transferring' | 'verifying' | 'done';
  readonly verifyMode: string;
  readonly filesToTransfer: number;
  readonly filesTransferred: number;
  readonly filesDeleted: number;
  readonly bytesWritten: number;
  /** Bytes on the wire. */
  readonly bytesCompressed: number;
  readonly report: 'SUCCESS' | 'ERROR' | 'none';
  /** Times are in milliseconds since 1970; launchedAt is absent when it never left LAUNCHING. */
  readonly startedAt: number;
  readonly launchedAt?: number;
  readonly endedAt: number;
  readonly prepareMs: number;
  readonly transferMs: number;
  readonly verifyMs: number;
}

export interface Attempt extends ExecutionKey {
  /** Unique id, also the value of the execution's attempt tag. */
  readonly attempt: string;
  readonly lane: number;
  readonly task: string;
  /** Directory at which the task's locations, and the paths of its report, begin; absent: the root. */
  readonly below?: RawPath;
}

type ExecutionRecord =
  /** Written before the start request is sent. */
  | ({ readonly t: 'intended' } & Attempt)
  | { readonly t: 'started'; readonly attempt: string; readonly arn: string }
  | { readonly t: 'ended'; readonly attempt: string; readonly end: ExecutionEnd }
  /** It was never started, or the service no longer knows it. */
  | { readonly t: 'dropped'; readonly attempt: string }
  /** The chunk was blocked for the operator: earlier failures no longer count. */
  | ({ readonly t: 'gave up' } & ExecutionKey);

export interface AttemptState extends Attempt {
  readonly arn?: string;
  readonly end?: ExecutionEnd;
}

export interface EndedAttempt extends AttemptState {
  readonly end: ExecutionEnd;
}

/** The attempts with one key in this round. */
export interface KeyHistory {
  /** The attempt without a recorded end. */
  readonly open: AttemptState | undefined;
  /** Oldest first. */
  readonly ended: readonly EndedAttempt[];
  /** Number of `ended` since the last 'gave up'. */
  readonly endedSinceGivenUp: number;
}

const pathOf = (store: ChunkStore): string => join(store.roundDirectory, 'executions.journal');

/** Durable on return. */
export function recordExecution(store: ChunkStore, record: ExecutionRecord): void {
  const journal = openJournal<ExecutionRecord>(pathOf(store));
  try {
    journal.append(record);
    journal.commit();
  } finally {
    journal.close();
  }
}

/** Makes the next try of the chunk in this round run new executions for these parts. */
export function giveUp(
  store: ChunkStore,
  purpose: Purpose,
  parts: readonly { readonly id: string }[],
): void {
  for (const { id: part } of parts)
    if (historyOf(store, { purpose, part }).endedSinceGivenUp > 0)
      recordExecution(store, { t: 'gave up', purpose, part });
}

/** Returns the attempts of the round that were not dropped, oldest first. */
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

export const endedAttemptsOf = (store: ChunkStore): readonly EndedAttempt[] =>
  attemptsOf(store).flatMap(({ end, ...rest }) => (end === undefined ? [] : [{ ...rest, end }]));

export function historyOf(store: ChunkStore, key: ExecutionKey): KeyHistory {
  const hasKey = (other: ExecutionKey): boolean =>
    other.purpose === key.purpose && other.part === key.part;
  const attempts = attemptsOf(store).filter(hasKey);
  const ids = new Set(attempts.map(({ attempt }) => attempt));
  let endedSinceGivenUp = 0;
  for (const record of readJournal<ExecutionRecord>(pathOf(store))) {
    if (record.t === 'gave up' && hasKey(record)) endedSinceGivenUp = 0;
    if (record.t === 'ended' && ids.has(record.attempt)) endedSinceGivenUp++;
  }
  return {
    open: attempts.find(({ end }) => end === undefined),
    ended: endedAttemptsOf(store).filter(hasKey),
    endedSinceGivenUp,
  };
}
