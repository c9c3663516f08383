/** The details of a chunk workflow in the Temporal UI. */
import type { ChunkInput } from '../../protocol/inputs.ts';
import type { BlockedChunk } from '../../protocol/reports.ts';
import { blocks, list, plain } from '../runtime/markdown.ts';
import { rejectedBlock } from '../runtime/rejected.ts';
import type { ChunkRunState } from './state.ts';

export function chunkDetails(
  { migration, chunk, round }: ChunkInput,
  { state, blocked, rejected }: Pick<ChunkRunState, 'state' | 'blocked' | 'rejected'>,
): string {
  return blocks(
    `**${state}** in round ${round.number} (${round.kind}) of \`${migration}\``,
    ...(blocked === undefined ? [] : blockedBlocks(migration, chunk, blocked)),
    rejectedBlock(rejected),
  );
}

function blockedBlocks(migration: string, chunk: string, blocked: BlockedChunk): string[] {
  const { step, since, code, because } = blocked;
  return [
    `Blocked at ${step} since ${since}: **${code}** ${plain(because)}`,
    list(
      [
        `\`longhaul retry ${migration} ${chunk}\` or the signal \`retry\``,
        `\`longhaul skip ${migration} ${chunk}\` or the signal \`skip\`: leave it to the next round`,
      ],
      'You can now, when the cause is fixed:',
    ),
  ];
}
