/** Renders the report of a migration: sums, open chunks, rounds, decisions, and how to check them. */
import { formatBytes } from '../units.ts';
import { foldLedger, readLedger } from './ledger.ts';
import type { LedgerKind, LedgerLine } from './ledger-line.ts';
import type { MigrationStore } from '../state/migration-store.ts';
import { verifyLedger, type LedgerCheck } from './verify-ledger.ts';

type Of<Kind extends LedgerKind> = Extract<LedgerLine, { readonly kind: Kind }>;

/** Throws LEDGER_BROKEN for an invalid line; the report lists other problems of the ledger. */
export function reportOf(store: Pick<MigrationStore, 'name' | 'ledgerPath'>): string {
  const lines = [...foldLedger(readLedger(store.ledgerPath)).values()];
  const check = verifyLedger(store.ledgerPath);
  return [
    `Migration ${store.name}`,
    '',
    ...storyLines(lines),
    ...section('Sum', sumLines(check)),
    ...section(
      'Open',
      check.open.map(({ chunk, because }) => `chunk ${chunk}: ${because}`),
    ),
    ...section('Rounds', of(lines, 'round closed').map(roundLine)),
    ...section(
      'Exceptions',
      of(lines, 'exception accepted').map((line) => `${line.path} ${who(line)}`),
    ),
    ...section(
      'Decisions',
      of(lines, 'decision').map((line) => `${line.at}  ${line.message} ${who(line)}`),
    ),
    ...section('Outages', outageLines(of(lines, 'outage'))),
    ...section(
      'Hooks',
      of(lines, 'hook').map(({ at, hook, exitCode }) => `${at}  ${hook}: exit ${exitCode}`),
    ),
    ...section('Ledger', ledgerLines(check)),
    ...section('How to check this without longhaul', [
      'mtree -p DESTINATION -f manifest.mtree',
      "jq -cS 'del(.prev, .hash)' on each line, after the hash before it, through sha256sum",
    ]),
    '',
  ].join('\n');
}

function of<Kind extends LedgerKind>(
  lines: readonly LedgerLine[],
  kind: Kind,
): readonly Of<Kind>[] {
  return lines.filter((line): line is Of<Kind> => line.kind === kind);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return ['', title, ...(lines.length === 0 ? ['  none'] : lines.map((line) => `  ${line}`))];
}

function storyLines(lines: readonly LedgerLine[]): readonly string[] {
  const [started] = of(lines, 'migration started');
  const done = of(lines, 'done').at(-1);
  return [
    `started ${started?.at ?? 'never'}${started?.by === undefined ? '' : ` by ${started.by}`}`,
    done === undefined ? 'not at its end' : `${done.outcome} ${done.at}`,
  ];
}

function sumLines({ totals, sum }: LedgerCheck): readonly string[] {
  const { bytes = 0, seen = 0, ...rest } = totals;
  const parts = Object.entries(rest).filter(
    ([name, count]) => count > 0 && !name.startsWith('changed'),
  );
  return [
    `${seen} entries seen, ${formatBytes(bytes)}`,
    ...parts.map(([name, count]) => `${String(count).padStart(12)}  ${name}`),
    `the sum ${sum.closes ? 'closes' : 'DOES NOT CLOSE'}: ${sum.because}`,
  ];
}

function roundLine(line: Of<'round closed'>): string {
  const { round, roundKind, chunks, clean, blocked, at } = line;
  return `${at}  round ${round} (${roundKind}): ${clean} of ${chunks} chunks clean, ${blocked} blocked`;
}

function outageLines(outages: readonly Of<'outage'>[]): readonly string[] {
  return outages.map(
    (line) =>
      `${line.since} to ${line.until}: ${line.lane === undefined ? '' : `${line.lane}, `}${Math.round(line.outageMs / 1000)} s${
        line.because === undefined ? '' : `, ${line.because}`
      }`,
  );
}

function ledgerLines({ ok, lines, head, problems }: LedgerCheck): readonly string[] {
  return [
    `${lines} lines, last hash ${head?.hash ?? 'none'}`,
    ok ? 'the chain is whole' : 'THE LEDGER IS BROKEN:',
    ...problems.map(({ line, what }) => `line ${line}: ${what}`),
  ];
}

function who({ by, because }: LedgerLine): string {
  return `by ${by ?? 'unknown'}${because === undefined ? '' : `: ${because}`}`;
}
