/** Lines of the ledger and of its check as a person reads them. Pure. */
import type { ExceptedEntry } from '../../ledger/exceptions.ts';
import type { LedgerLine } from '../../ledger/ledger-line.ts';
import type { LedgerCheck } from '../../ledger/verify-ledger.ts';
import { formatBytes, formatDuration } from '../../units.ts';
import { totalsText } from './status-text.ts';
import { count, plural } from './table.ts';

/** `12  2026-11-23T09:00:00Z  chunk closed  0042 in round 3: … by ops: because`. */
export function lineText(line: LedgerLine): string {
  const head = `${line.seq}  ${line.at.slice(0, 19)}Z  ${line.kind}`;
  const by = line.by === undefined ? '' : ` by ${line.by}`;
  const because = line.because === undefined ? '' : `: ${line.because}`;
  const what = detailText(line);
  return `${head}${what === '' ? '' : `  ${what}`}${by}${because}`;
}

// eslint-disable-next-line complexity -- one case a kind
function detailText(line: LedgerLine): string {
  switch (line.kind) {
    case 'migration started':
      return line.migration;
    case 'spec':
      return line.digest.slice(0, 16);
    case 'phase':
      return line.phase;
    case 'plan':
      return `revision ${line.revision}: ${plural(line.chunks, 'chunk')}, ${plural(line.entries, 'entry', 'entries')}, ${formatBytes(line.bytes)}`;
    case 'round started':
      return `${line.round} (${line.roundKind}) over ${plural(line.chunks, 'chunk')}`;
    case 'round closed':
      return `${line.round} (${line.roundKind}): ${count(line.clean)} of ${plural(line.chunks, 'chunk')} clean, ${count(line.blocked)} blocked`;
    case 'chunk closed':
      return `${line.chunk} in round ${line.round}: ${totalsText({ ...line.sum })}`;
    case 'execution':
      return `${line.purpose} of ${line.chunk} in round ${line.round}: ${line.errorCode ?? line.status}, ${plural(line.filesTransferred, 'entry', 'entries')}, ${formatBytes(line.bytesWritten)} in ${formatDuration(line.elapsedMs)}`;
    case 'chunk blocked':
      return `${line.chunk} in round ${line.round}, ${line.step}, ${line.code}`;
    case 'chunk unblocked':
      return `${line.chunk} in round ${line.round}`;
    case 'decision':
      return line.message;
    case 'exception accepted':
      return line.path;
    case 'hook started':
      return line.hook;
    case 'hook':
      return `${line.hook}, exit ${line.exitCode} after ${formatDuration(line.elapsedMs)}`;
    case 'outage':
      return `${formatDuration(line.outageMs)} from ${line.since} to ${line.until}`;
    case 'cutover':
      return line.state;
    case 'done':
      return line.outcome;
    default:
      return line satisfies never; // of a later version: its kind and reason are shown
  }
}

export function checkText(check: LedgerCheck, migration: string): string {
  const { ok, lines, head, problems, totals, sum, open } = check;
  const verdict = ok ? 'whole' : 'BROKEN';
  const text = [
    `${migration}: the ledger is ${verdict}, ${plural(lines, 'line')}`,
    ...(head === undefined ? [] : [`  head    ${head.seq} ${head.hash}`]),
    ...problems.map(({ line, what }) => `  line ${line}: ${what}`),
  ];
  const total = totalsText(totals);
  if (total !== '') text.push(`  sum     ${total}`);
  text.push(`  ${sum.closes ? 'closes' : 'OPEN'}  ${sum.because}`);
  if (open.length > 0) text.push(`  ${plural(open.length, 'chunk')} not at the end`);
  text.push(...open.slice(0, 10).map(({ chunk, because }) => `    ${chunk}  ${because}`));
  if (open.length > 10) text.push(`    and ${count(open.length - 10)} more (--json has them all)`);
  return text.join('\n');
}

export function exceptionText({ path, by, because, at }: ExceptedEntry): string {
  const who = by === undefined ? '' : `  by ${by}`;
  const when = at === undefined ? '' : `  ${at.slice(0, 19)}Z`;
  return `${path}${who}${when}  ${because}`;
}
