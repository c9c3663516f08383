import { condition } from '@temporalio/workflow';
import type { BlockedChunk } from '../../protocol/reports.ts';
import type { ChunkRun } from './run.ts';
import type { ChunkDecision } from './state.ts';

/**
 * Blocks the chunk until an operator decides. Signals the migration first, then the round, which
 * continues without this chunk.
 */
export async function waitForDecision(
  run: ChunkRun,
  blocked: BlockedChunk,
): Promise<ChunkDecision> {
  const { state } = run;
  state.blocked = blocked;
  state.wasBlocked = true;
  delete state.decision;
  run.enter('blocked');
  await run.signal('migration', 'chunkBlocked', blocked);
  await run.signal('round', 'chunkBlocked', blocked);
  await condition(() => state.decision !== undefined);
  const decision = state.decision!;
  delete state.blocked;
  await run.signal('migration', 'chunkUnblocked', { chunk: run.input.chunk });
  return decision;
}
