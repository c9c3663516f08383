/** A chunk plan as text. */
import { formatBytes, formatDuration, groupDigits, plural } from '../../units.ts';
import { DEFAULT_OVERHEAD_MS } from '../../policy/chunks/size.ts';
import type { ChunkPlan, PlannedChunk } from '../../policy/chunks/plan.ts';
import { DEFAULT_ENTRIES_PER_SECOND } from '../../policy/rounds/forecast.ts';
import { rootLabel } from './root-label.ts';
import { alignColumns } from '../columns.ts';

/**
 * Estimates a chunk's first run alone on the link: the longer of byte and entry time, plus the overhead
 * of an execution. Undefined when the plan has no bandwidth.
 */
export function chunkRunMs(
  { entries, bytes }: Pick<PlannedChunk, 'entries' | 'bytes'>,
  { limits }: Pick<ChunkPlan, 'limits'>,
): number | undefined {
  if (limits.bytesPerSecond === undefined) return undefined;
  const transferMs = (bytes / limits.bytesPerSecond) * 1000;
  const entriesMs = (entries / DEFAULT_ENTRIES_PER_SECOND) * 1000;
  return Math.max(transferMs, entriesMs) + (limits.overheadMs ?? DEFAULT_OVERHEAD_MS);
}

export function renderPlan(plan: ChunkPlan): string {
  const { totals, chunks, size, revision, madeAt } = plan;
  // A scanned source has at least one directory.
  const seen = totals.directories > 0;
  const rows = chunks.map((chunk) => {
    const runMs = seen ? chunkRunMs(chunk, plan) : undefined;
    return [
      chunk.id,
      seen ? groupDigits(chunk.entries) : '?',
      seen ? formatBytes(chunk.bytes) : '?',
      runMs === undefined ? '?' : formatDuration(runMs),
      rootsText(chunk),
    ];
  });
  const odd = chunks.flatMap(({ id, because }) =>
    because === undefined ? [] : [`  ${id}: ${because}`],
  );
  return [
    `Plan ${revision}, made ${madeAt}: ${seen ? totalsText(totals) : UNSEEN}`,
    `${plural(chunks.length, 'chunk')}: ${size.because}`,
    '',
    ...alignColumns(
      [['chunk', 'entries', 'bytes', 'time', 'roots'], ...rows],
      ['left', 'right', 'right', 'right', 'left'],
      '',
    ),
    ...(odd.length === 0 ? [] : ['', 'Above the limits:', ...odd]),
  ].join('\n');
}

const UNSEEN =
  'entries, bytes, times, names that DataSync cannot take and files that outlast a drop are not known';

const totalsText = ({ entries, bytes, directories }: ChunkPlan['totals']): string =>
  `${plural(entries, 'entry', 'entries')}, ${formatBytes(bytes)} in ${plural(directories, 'directory', 'directories')}`;

function rootsText({ roots, without }: PlannedChunk): string {
  const first = rootLabel(roots[0] ?? '');
  const last = roots.at(-1);
  const all =
    roots.length > 1 && last !== undefined
      ? `${first} … ${rootLabel(last)} (${groupDigits(roots.length)} directories)`
      : first;
  return without.length === 0 ? all : `${all}, without ${groupDigits(without.length)} below it`;
}
