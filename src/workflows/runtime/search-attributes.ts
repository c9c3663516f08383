/** Typed keys of the search attributes. Each upsert costs an event, so set them on transitions only. */
import { TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';

export const MIGRATION_ID = defineSearchAttributeKey('MigrationId', 'KEYWORD');
export const MIGRATION_PHASE = defineSearchAttributeKey('MigrationPhase', 'KEYWORD');
export const CHUNK_ID = defineSearchAttributeKey('ChunkId', 'KEYWORD');
export const CHUNK_STATE = defineSearchAttributeKey('ChunkState', 'KEYWORD');
export const ROUND = defineSearchAttributeKey('Round', 'INT');
export const BLOCKED_CHUNKS = defineSearchAttributeKey('BlockedChunks', 'INT');

export function roundAttributes(migration: string, round: number): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: MIGRATION_ID, value: migration },
    { key: ROUND, value: round },
  ]);
}

export function chunkAttributes(
  migration: string,
  round: number,
  chunk: string,
): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: MIGRATION_ID, value: migration },
    { key: ROUND, value: round },
    { key: CHUNK_ID, value: chunk },
  ]);
}
