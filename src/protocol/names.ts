/**
 * Queues, workflow ids, chunk states and search attributes. Frozen once released: a name is never
 * changed or reused (test/workflows/frozen-names.test.ts).
 */

export const WORKFLOW_QUEUE = 'longhaul';
/** Queue of the steps that move bytes. Only workers that see the trees of the migration poll it. */
export const stepQueue = (migration: string): string => `longhaul/${migration}/steps`;
/** Queue of short bookkeeping activities, which must not wait behind a copy. */
export const controlQueue = (migration: string): string => `longhaul/${migration}/control`;

export const migrationId = (migration: string): string => `migration/${migration}`;
export const roundId = (migration: string, round: number): string =>
  `migration/${migration}/round/${round}`;
export const chunkId = (migration: string, chunk: string): string =>
  `migration/${migration}/chunk/${chunk}`;

export const CHUNK_STATES = [
  'scanning',
  'copying',
  'verifying',
  'deleting',
  'closing',
  'paused',
  'blocked',
  'skipped',
  'done',
] as const;
export type ChunkState = (typeof CHUNK_STATES)[number];

/** Search attributes and their types; `prepareServer` registers them before the first start. */
export const SEARCH_ATTRIBUTES = {
  MigrationId: 'KEYWORD',
  MigrationPhase: 'KEYWORD',
  ChunkId: 'KEYWORD',
  ChunkState: 'KEYWORD',
  Round: 'INT',
  BlockedChunks: 'INT',
} as const;
