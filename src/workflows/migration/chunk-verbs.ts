/** Verbs about what is blocked. */
import type { DeleteAllowance } from '../../policy/rounds/deletes.ts';
import type { Fields } from '../runtime/message-table.ts';
import { blockedChunks, type MigrationState, type OpenChunk, type Said } from './state.ts';
import type { Effects, VerbRows } from './verb-row.ts';

/** Named one by one in an answer. */
const MOST_NAMED = 20;

type ChunkVerb = 'acceptException' | 'retryBlocked' | 'skipChunk' | 'allowDeletes';

export function chunkVerbs(state: MigrationState, effects: Effects): VerbRows<ChunkVerb> {
  return {
    acceptException: {
      description: 'Accept that an entry is not migrated. {"path": "a/b", "reason": "why"}',
      refuse: exceptionProblem,
      obey: ({ path }, said) => {
        const { by, because: reason, at } = said;
        const exception = { path: path as string, by, reason, at };
        effects.change({ type: 'accept exception', exception });
        for (const { chunk } of blockedChunks(state)) effects.tellChunk(chunk, 'retry', said);
        return `accepted: ${String(path)}`;
      },
    },
    retryBlocked: {
      description: 'Try blocked chunks again. {"chunk": "0042"}, or all',
      refuse: (fields) => blockedProblem(state, fields),
      obey: (fields, said) => tellBlocked(state, effects, fields, ['retry', said]),
    },
    skipChunk: {
      description: 'Leave what is open in a blocked chunk to the next round. {"chunk": "0042"}',
      refuse: (fields) =>
        fields['chunk'] === undefined ? 'expected {"chunk": "…"}' : blockedProblem(state, fields),
      obey: (fields, said) => tellBlocked(state, effects, fields, ['skip', said]),
    },
    allowDeletes: {
      description:
        'Let blocked chunks delete more, once. {"chunk": "0042", "count": 500, "percent": 60, "reason": "why"}',
      refuse: (fields) => allowanceProblem(fields) ?? mayDeleteProblem(state, fields),
      obey: (fields, said) => allowDeletes(state, effects, fields, said),
    },
  };
}

function exceptionProblem({ path, reason }: Fields): string | undefined {
  if (typeof path !== 'string' || path === '' || path.startsWith('/'))
    return 'expected {"path": "…"}, relative to the source';
  return reasonProblem(reason);
}

const reasonProblem = (reason: unknown): string | undefined =>
  typeof reason === 'string' && reason !== ''
    ? undefined
    : 'expected a "reason": it goes into the ledger';

function blockedProblem(state: MigrationState, { chunk }: Fields): string | undefined {
  const blocked = blockedChunks(state);
  if (blocked.length === 0) return 'no chunk is blocked';
  if (chunk === undefined || blocked.some((one) => one.chunk === chunk)) return undefined;
  return `chunk ${JSON.stringify(chunk)} is not blocked; blocked: ${namesOf(blocked.slice(0, 10))}`;
}

const namesOf = (chunks: readonly OpenChunk[]): string =>
  chunks
    .map(({ chunk }) => chunk)
    .slice(0, MOST_NAMED)
    .join(', ');

function tellBlocked(
  state: MigrationState,
  effects: Effects,
  { chunk }: Fields,
  [verb, said]: readonly ['retry' | 'skip', Said],
): string {
  const chosen = blockedChunks(state).filter((one) => chunk === undefined || one.chunk === chunk);
  for (const one of chosen) effects.tellChunk(one.chunk, verb, said);
  return `${verb}: ${namesOf(chosen)}`;
}

function allowanceProblem({ count, percent, reason }: Fields): string | undefined {
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

/** A chunk that is named may be blocked by something else first. */
const mayDelete = (state: MigrationState, { chunk }: Fields): OpenChunk[] =>
  blockedChunks(state).filter((one) =>
    chunk === undefined ? one.code === 'DELETE_REFUSED' : one.chunk === chunk,
  );

function mayDeleteProblem(state: MigrationState, fields: Fields): string | undefined {
  if (mayDelete(state, fields).length > 0) return undefined;
  if (fields['chunk'] === undefined) return 'no chunk is blocked by refused deletes';
  return blockedProblem(state, fields);
}

/** The chunks try again at once: what is allowed counts for that try. */
function allowDeletes(state: MigrationState, effects: Effects, fields: Fields, said: Said): string {
  const chosen = mayDelete(state, fields);
  const { count, percent } = fields as DeleteAllowance;
  const allowed = {
    ...(count === undefined ? {} : { count }),
    ...(percent === undefined ? {} : { percent }),
    ...{ by: said.by, reason: said.because, at: said.at },
  };
  effects.change({ type: 'allow deletes', chunks: chosen.map(({ chunk }) => chunk), allowed });
  for (const { chunk } of chosen) effects.tellChunk(chunk, 'retry', said);
  const limits = [
    ...(count === undefined ? [] : [`${count} entries`]),
    ...(percent === undefined ? [] : [`${percent} %`]),
  ];
  return `up to ${limits.join(' and ')} may be deleted, tried again: ${namesOf(chosen)}`;
}
