/** Lines of the ledger, accepted exceptions and the result of a ledger check, as text. */
import type { ExceptedEntry } from '../../ledger/exceptions.ts';
import type { LedgerKind, LedgerLine } from '../../ledger/ledger-line.ts';
import type { LedgerCheck } from '../../ledger/verify-ledger.ts';
import { formatBytes, formatDuration, plural, groupDigits } from '../../units.ts';
import { toSecond } from './moments.ts';
import { totalsText } from './status.ts';

/** Formats a line: `12  2026-11-23T09:00:00Z  chunk closed  0042 in round 3: … by ops: because`. */
export function lineText(line: LedgerLine): string {
  const head = `${line.seq}  ${toSecond(line.at)}  ${line.kind}`;
  const by = line.by === undefined ? '' : ` by ${line.by}`;
  const because = line.because === undefined ? '' : `: ${line.because}`;
  const what = detailText(line);
  const text = `${head}${what === '' ? '' : `  ${what}`}${by}${because}`;
  return line.kind === 'hook' ? [text, ...lastOutputLines(line.output)].join('\n') : text;
}

const MAX_OUTPUT_LINES = 5;

/** Returns the last lines that a hook printed, without control characters. */
function lastOutputLines(output: string): string[] {
  const lines = output.trimEnd().split('\n').slice(-MAX_OUTPUT_LINES);
  return lines.filter(Boolean).map((line) => `      | ${line.replace(/\p{Cc}/gu, ' ')}`);
}

type Of<Kind extends LedgerKind> = Extract<LedgerLine, { readonly kind: Kind }>;

const DETAILS: { readonly [Kind in LedgerKind]: (line: Of<Kind>) => string } = {
  'migration started': ({ migration }) => migration,
  spec: ({ digest }) => digest.slice(0, 16),
  phase: ({ phase }) => phase,
  plan: ({ revision, chunks, entries, bytes }) =>
    `revision ${revision}: ${plural(chunks, 'chunk')}, ${plural(entries, 'entry', 'entries')}, ${formatBytes(bytes)}`,
  'round started': ({ round, roundKind, chunks }) =>
    `${round} (${roundKind}) over ${plural(chunks, 'chunk')}`,
  'round closed': ({ round, roundKind, clean, chunks, blocked }) =>
    `${round} (${roundKind}): ${groupDigits(clean)} of ${plural(chunks, 'chunk')} clean, ${groupDigits(blocked)} blocked`,
  'chunk closed': ({ chunk, round, sum }) =>
    `${chunk} in round ${round}: ${totalsText({ ...sum })}`,
  execution: (line) =>
    `${line.purpose} of ${line.chunk} in round ${line.round}: ${line.errorCode ?? line.status}, ${plural(line.filesTransferred, 'entry', 'entries')}, ${formatBytes(line.bytesWritten)} in ${formatDuration(line.elapsedMs)}`,
  'chunk blocked': ({ chunk, round, step, code }) => `${chunk} in round ${round}, ${step}, ${code}`,
  'chunk unblocked': ({ chunk, round }) => `${chunk} in round ${round}`,
  decision: ({ message, details = {} }) =>
    Object.keys(details).length === 0 ? message : `${message} ${JSON.stringify(details)}`,
  'exception accepted': ({ path }) => path,
  'hook started': ({ hook }) => hook,
  hook: ({ hook, exitCode, elapsedMs }) =>
    `${hook}, exit ${exitCode} after ${formatDuration(elapsedMs)}`,
  outage: ({ outageMs, since, until, lane }) =>
    `${lane === undefined ? '' : `${lane}, `}${formatDuration(outageMs)} from ${since} to ${until}`,
  cutover: ({ state }) => state,
  done: ({ outcome }) => outcome,
};

/** Returns '' for kinds that this version does not know. */
function detailText(line: LedgerLine): string {
  const details = DETAILS[line.kind] as ((line: LedgerLine) => string) | undefined;
  return details?.(line) ?? '';
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
  if (open.length > 10)
    text.push(`    and ${groupDigits(open.length - 10)} more (--json has them all)`);
  return text.join('\n');
}

export function exceptionText({ path, by, because, at }: ExceptedEntry): string {
  const who = by === undefined ? '' : `  by ${by}`;
  const when = at === undefined ? '' : `  ${toSecond(at)}`;
  return `${path}${who}${when}  ${because}`;
}
