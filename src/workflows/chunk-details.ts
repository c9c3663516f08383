import type { BlockedChunk, ChunkInput, ChunkState } from './api.ts';
import { rejectedLines, type Rejected } from './rejected.ts';

/** What the Temporal UI shows on top of a chunk's page. */
export function chunkDetails(
  { migration, chunk, round }: ChunkInput,
  state: ChunkState,
  blocked: BlockedChunk | undefined,
  rejected: readonly Rejected[],
): string {
  const lines = [`**${state}** in round ${round.number} (${round.kind}) of \`${migration}\``];
  if (blocked !== undefined) {
    lines.push(
      '',
      `Blocked at ${blocked.step} since ${blocked.since}: **${blocked.code}** ${blocked.because}`,
      '',
      'You can now, when the cause is mended:',
      `- \`longhaul retry ${migration} ${chunk}\` or the signal \`retry\``,
      `- \`longhaul skip ${migration} ${chunk}\` or the signal \`skip\`: leave it to the next round`,
    );
  }
  return [...lines, ...rejectedLines(rejected)].join('\n');
}
