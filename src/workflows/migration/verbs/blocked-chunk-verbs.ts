/** Verbs that resolve blocked chunks. */
import type { DeleteAllowance } from '../../../policy/rounds/deletes.ts';
import type { MessageFields } from '../../runtime/message-table.ts';
import {
  blockedChunks,
  type Attribution,
  type MigrationState,
  type OpenChunk,
} from '../state/state.ts';
import type { Effects, VerbRows } from './verb.ts';

/** Chunks that an answer lists by name. */
const MAX_NAMED = 20;
/** Chunks that a refusal lists by name. */
const MAX_SUGGESTED = 10;

type BlockedChunkVerb = 'acceptException' | 'retryBlocked' | 'skipChunk' | 'allowDeletes';

export function blockedChunkVerbs(
  state: MigrationState,
  effects: Effects,
): VerbRows<BlockedChunkVerb> {
  return {
    acceptException: {
      description: 'Accept that an entry is not migrated. {"path": "a/b", "reason": "why"}',
      validate: exceptionProblem,
      apply: ({ path }, by) => acceptException(state, effects, path as string, by),
    },
    retryBlocked: {
      description: 'Retry blocked chunks. {"chunk": "0042"}, or all',
      validate: (fields) => blockedProblem(state, fields),
      apply: (fields, by) => signalBlocked(state, effects, fields, ['retry', by]),
    },
    skipChunk: {
      description: 'Leave what is open in a blocked chunk to the next round. {"chunk": "0042"}',
      validate: (fields) =>
        fields['chunk'] === undefined ? 'expected {"chunk": "…"}' : blockedProblem(state, fields),
      apply: (fields, by) => signalBlocked(state, effects, fields, ['skip', by]),
    },
    allowDeletes: {
      description:
        'Let blocked chunks delete more, once. {"chunk": "0042", "count": 500, "percent": 60, "reason": "why"}',
      validate: (fields) => allowanceProblem(fields) ?? deletesProblem(state, fields),
      apply: (fields, by) => allowDeletes(state, effects, fields, by),
    },
  };
}

function exceptionProblem({ path, reason }: MessageFields): string | undefined {
  if (typeof path !== 'string' || path === '' || path.startsWith('/'))
    return 'expected {"path": "…"}, relative to the source';
  return reasonProblem(reason);
}

const reasonProblem = (reason: unknown): string | undefined =>
  typeof reason === 'string' && reason !== ''
    ? undefined
    : 'expected a "reason": it goes into the ledger';

function acceptException(
  state: MigrationState,
  effects: Effects,
  path: string,
  { by, because, at }: Attribution,
): string {
  effects.changeControls({
    type: 'accept exception',
    exception: { path, by, reason: because, at },
  });
  for (const { chunk } of blockedChunks(state))
    effects.signalChunk(chunk, 'retry', { by, because, at });
  return `accepted: ${path}`;
}

function blockedProblem(state: MigrationState, { chunk }: MessageFields): string | undefined {
  const blocked = blockedChunks(state);
  if (blocked.length === 0) return 'no chunk is blocked';
  if (chunk === undefined || blocked.some((one) => one.chunk === chunk)) return undefined;
  const names = namesOf(blocked.slice(0, MAX_SUGGESTED));
  return `chunk ${JSON.stringify(chunk)} is not blocked; blocked: ${names}`;
}

const namesOf = (chunks: readonly OpenChunk[]): string =>
  chunks
    .map(({ chunk }) => chunk)
    .slice(0, MAX_NAMED)
    .join(', ');

function signalBlocked(
  state: MigrationState,
  effects: Effects,
  { chunk }: MessageFields,
  [verb, by]: readonly ['retry' | 'skip', Attribution],
): string {
  const chosen = blockedChunks(state).filter((one) => chunk === undefined || one.chunk === chunk);
  for (const one of chosen) effects.signalChunk(one.chunk, verb, by);
  return `${verb}: ${namesOf(chosen)}`;
}

function allowanceProblem({ count, percent, reason }: MessageFields): string | undefined {
  if (count === undefined && percent === undefined)
    return 'expected {"count": 500}, {"percent": 60} or both';
  const isCount = Number.isSafeInteger(count) && (count as number) > 0;
  if (count !== undefined && !isCount)
    return `expected a whole number above 0 as "count", found ${JSON.stringify(count)}`;
  const isShare = typeof percent === 'number' && percent > 0 && percent <= 100;
  if (percent !== undefined && !isShare)
    return `expected a number up to 100 as "percent", found ${JSON.stringify(percent)}`;
  return reasonProblem(reason);
}

/** Returns the named chunk, which may be blocked for another reason, or all whose deletes were refused. */
const chunksToDelete = (state: MigrationState, { chunk }: MessageFields): OpenChunk[] =>
  blockedChunks(state).filter((one) =>
    chunk === undefined ? one.code === 'DELETE_REFUSED' : one.chunk === chunk,
  );

function deletesProblem(state: MigrationState, fields: MessageFields): string | undefined {
  if (chunksToDelete(state, fields).length > 0) return undefined;
  if (fields['chunk'] === undefined) return 'no chunk is blocked by refused deletes';
  return blockedProblem(state, fields);
}

/** Retries the chunks at once: the allowance counts for that try. */
function allowDeletes(
  state: MigrationState,
  effects: Effects,
  fields: MessageFields,
  { by, because, at }: Attribution,
): string {
  const chosen = chunksToDelete(state, fields);
  const { count, percent } = fields as DeleteAllowance;
  const allowed = {
    ...(count === undefined ? {} : { count }),
    ...(percent === undefined ? {} : { percent }),
    ...{ by, reason: because, at },
  };
  effects.changeControls({
    type: 'allow deletes',
    chunks: chosen.map(({ chunk }) => chunk),
    allowed,
  });
  for (const { chunk } of chosen) effects.signalChunk(chunk, 'retry', { by, because, at });
  const limits = [
    ...(count === undefined ? [] : [`${count} entries`]),
    ...(percent === undefined ? [] : [`${percent} %`]),
  ];
  return `up to ${limits.join(' and ')} may be deleted, retried: ${namesOf(chosen)}`;
}
