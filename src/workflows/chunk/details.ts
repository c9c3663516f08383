import type { ChunkInput } from '../../protocol/inputs.ts';
import type { ChunkState } from '../../protocol/names.ts';
import type { BlockedChunk } from '../../protocol/reports.ts';
import { blocks, list, plain } from '../runtime/markdown.ts';
import { rejectedBlock, type Rejected } from '../runtime/rejected.ts';

/** What the Temporal UI shows on top of a chunk's page. */
export function chunkDetails(
  { migration, chunk, round }: ChunkInput,
  state: ChunkState,
  blocked: BlockedChunk | undefined,
  rejected: readonly Rejected[],
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
      'You can now, when the cause is mended:',
    ),
  ];
}
