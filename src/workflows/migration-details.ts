/** A migration's page in the Temporal UI. */
import { formatBytes, formatDuration } from '../units.ts';
import type { MigrationProgress } from './api.ts';
import { progressOf } from './migration-shown.ts';
import type { MigrationState } from './migration-state.ts';
import { rejectedLines } from './rejected.ts';

/** Markdown; the UI shows no images and no HTML. */
export function detailsOf(migration: string, state: MigrationState, now: number): string {
  const shown = progressOf(migration, state, now);
  return [
    `**${shown.phase}**: ${state.because}`,
    ...shown.conditions.map(
      ({ name, because, since }) => `- **${name}** since ${since}: ${because}`,
    ),
    '',
    ...roundLines(shown),
    verifiedLine(shown),
    ...(shown.nextRoundAt ? [`Next round: ${shown.nextRoundAt}`] : []),
    `Cutover: ${shown.cutover.ready ? 'ready' : 'not yet'}, ${shown.cutover.because}`,
    ...(shown.outageMs > 0 ? [`Outages: ${formatDuration(shown.outageMs)}`] : []),
    '',
    'You can now:',
    ...shown.nextSteps.map((step) => `- \`${step}\``),
    ...rejectedLines(shown.rejectedMessages),
  ].join('\n');
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
