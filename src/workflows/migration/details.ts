/** A migration's page in the Temporal UI. */
import { laneOutages } from '../../policy/link/lanes.ts';
import { formatBytes, formatDuration } from '../../units.ts';
import type { MigrationProgress } from '../../protocol/reports.ts';
import { progressOf } from './shown.ts';
import type { MigrationState } from './state.ts';
import { blocks, commands, list, plain } from '../runtime/markdown.ts';
import { rejectedBlock } from '../runtime/rejected.ts';

/** Markdown, as the Temporal UI shows it. */
export function detailsOf(migration: string, state: MigrationState, now: number): string {
  const shown = progressOf(migration, state, now);
  const conditions = shown.conditions.map(
    ({ name, because, since }) => `**${name}** since ${since}: ${plain(because)}`,
  );
  return blocks(
    `**${shown.phase}**: ${plain(state.because)}`,
    list(conditions),
    list(factsOf(shown, now), 'Where it stands:'),
    commands(shown.nextSteps, 'You can now:'),
    rejectedBlock(shown.rejectedMessages),
  );
}

function factsOf(shown: MigrationProgress, now: number): string[] {
  const { cutover, nextRoundAt, outageMs } = shown;
  return [
    ...roundLines(shown),
    verifiedLine(shown),
    ...(nextRoundAt ? [`Next round: ${nextRoundAt}`] : []),
    `Cutover: ${cutover.ready ? 'ready' : 'not yet'}, ${plain(cutover.because)}`,
    ...(outageMs > 0 ? [`Outages: ${formatDuration(outageMs)}`] : []),
    ...laneOutages(shown.lanes, now).map((text) => `Outages of ${plain(text)}`),
  ];
}

function roundLines({ round }: MigrationProgress): string[] {
  if (!round) return [];
  const { number, kind, done, chunks, blocked, running } = round;
  const moving = running.join(', ') || 'nothing';
  return [
    `Round ${number} (${kind}): ${done} of ${chunks} chunks done, ${blocked} blocked; moving: ${moving}`,
  ];
}

function verifiedLine({ totals }: MigrationProgress): string {
  const { verified = 0, seen = 0, bytes = 0, changedEntries = 0 } = totals;
  return `Verified: ${verified} of ${seen} entries, ${formatBytes(bytes)}; last round changed ${changedEntries}`;
}
