/** Tables of migrations and chunks. */
import type { ChunkRow, MigrationRow } from '../../client/snapshot.ts';
import { fromPrintable } from '../../paths.ts';
import { rootLabel } from './root-label.ts';
import { formatBytes, groupDigits } from '../../units.ts';
import { table } from '../columns.ts';
import { toMinute } from './moments.ts';

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
  return startedBefore === true ? `before ${toMinute(startedAt)}` : toMinute(startedAt);
}

/** A terminated or failed workflow could not record a last phase, so Temporal's status stands for it. */
function phaseText(phase: string, status: string): string {
  if (status === 'RUNNING') return phase === '' ? 'not begun' : phase;
  return status === 'COMPLETED' && phase !== '' ? phase : status.toLowerCase();
}

/** Returns a table with the reason of each blocked chunk on the line below it. */
export function chunksTable(rows: readonly ChunkRow[]): string {
  const [head = '', ...lines] = tableOf(rows).split('\n');
  const explained = rows.flatMap(({ because }, i) => [
    lines[i] ?? '',
    ...(because === undefined ? [] : [`  ${because}`]),
  ]);
  return [head, ...explained].join('\n');
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

/** Returns the first roots and the number of the others. '/' is the root of the tree. */
export function rootsText(roots: readonly string[] | undefined): string {
  if (roots === undefined) return '';
  const shown = roots.slice(0, 3).map((root) => rootLabel(fromPrintable(root)));
  const more = roots.length - shown.length;
  return `${shown.join(' ')}${more > 0 ? ` and ${groupDigits(more)} more` : ''}`;
}
