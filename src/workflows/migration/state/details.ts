/** The details of a migration workflow in the Temporal UI, as Markdown. */
import { laneOutages } from '../../../policy/link/lanes.ts';
import { formatBytes, formatDuration } from '../../../units.ts';
import type { MigrationProgress } from '../../../protocol/reports.ts';
import { progressOf } from './progress.ts';
import type { MigrationState } from './state.ts';
import { blocks, commands, list, plain } from '../../runtime/markdown.ts';
import { rejectedBlock } from '../../runtime/rejected.ts';

export function detailsOf(migration: string, state: MigrationState, now: number): string {
  const progress = progressOf(migration, state, now);
  const conditions = progress.conditions.map(
    ({ name, because, since }) => `**${name}** since ${since}: ${plain(because)}`,
  );
  return blocks(
    `**${progress.phase}**: ${plain(state.because)}`,
    list(conditions),
    list(factsOf(progress, now), 'Progress:'),
    commands(progress.nextSteps, 'You can now:'),
    rejectedBlock(progress.rejectedMessages),
  );
}

function factsOf(progress: MigrationProgress, now: number): string[] {
  const { cutover, nextRoundAt, outageMs } = progress;
  return [
    ...roundLines(progress),
    verifiedLine(progress),
    ...(nextRoundAt ? [`Next round: ${nextRoundAt}`] : []),
    `Cutover: ${cutover.ready ? 'ready' : 'not yet'}, ${plain(cutover.because)}`,
    ...(outageMs > 0 ? [`Outages: ${formatDuration(outageMs)}`] : []),
    ...laneOutages(progress.lanes, now).map((text) => `Outages of ${plain(text)}`),
  ];
}

function roundLines({ round }: MigrationProgress): string[] {
  if (!round) return [];
  const { number, kind, done, chunks, blocked, running } = round;
  const names = running.join(', ') || 'none';
  return [
    `Round ${number} (${kind}): ${done} of ${chunks} chunks done, ${blocked} blocked; running: ${names}`,
  ];
}

function verifiedLine({ totals }: MigrationProgress): string {
  const { verified = 0, seen = 0, bytes = 0, changedEntries = 0 } = totals;
  return `Verified: ${verified} of ${seen} entries, ${formatBytes(bytes)}; last round changed ${changedEntries}`;
}
