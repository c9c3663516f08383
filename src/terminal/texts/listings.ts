/** Tables of migrations and chunks. Pure. */
import type { ChunkRow, MigrationRow } from '../../client/snapshot.ts';
import { fromPrintable } from '../../paths.ts';
import { rootLabel } from './root-label.ts';
import { formatBytes, groupDigits } from '../../units.ts';
import { table } from '../table.ts';

export function migrationsTable(rows: readonly MigrationRow[]): string {
  return table(
    [
      { title: 'migration' },
      { title: 'phase' },
      { title: 'round', align: 'right' },
      { title: 'blocked', align: 'right' },
      { title: 'started' },
    ],
    rows.map((row) => [
      row.migration,
      phaseText(row.phase, row.status),
      row.round === undefined ? '' : String(row.round),
      groupDigits(row.blockedChunks),
      startText(row),
    ]),
  );
}

function startText({ startedAt, startedBefore }: MigrationRow): string {
  const moment = startedAt.slice(0, 16).replace('T', ' ');
  return startedBefore === true ? `before ${moment}` : moment;
}

/** A workflow that was terminated or failed never said so in its own words; a new one says nothing yet. */
function phaseText(phase: string, status: string): string {
  if (status === 'RUNNING') return phase === '' ? 'not begun' : phase;
  return status === 'COMPLETED' && phase !== '' ? phase : status.toLowerCase();
}

/** The reason of a blocked chunk on a line of its own below it. */
export function chunksTable(rows: readonly ChunkRow[]): string {
  const [head = '', ...lines] = tableOf(rows).split('\n');
  const told = rows.flatMap(({ because }, i) => [
    lines[i] ?? '',
    ...(because === undefined ? [] : [`  ${because}`]),
  ]);
  return [head, ...told].join('\n');
}

function tableOf(rows: readonly ChunkRow[]): string {
  return table(
    [
      { title: 'chunk' },
      { title: 'state' },
      { title: 'round', align: 'right' },
      { title: 'entries', align: 'right' },
      { title: 'bytes', align: 'right' },
      { title: 'roots' },
    ],
    rows.map(({ chunk, state, round, entries, bytes, roots }) => [
      chunk,
      state,
      round === undefined ? '' : String(round),
      entries === undefined ? '' : groupDigits(entries),
      bytes === undefined ? '' : formatBytes(bytes),
      rootsText(roots),
    ]),
  );
}

/** The first roots, and how many more there are. '/' is the root of the tree. */
export function rootsText(roots: readonly string[] | undefined): string {
  if (roots === undefined) return '';
  const shown = roots.slice(0, 3).map((root) => rootLabel(fromPrintable(root)));
  const more = roots.length - shown.length;
  return `${shown.join(' ')}${more > 0 ? ` and ${groupDigits(more)} more` : ''}`;
}
