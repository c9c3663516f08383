/** An assessment as text. */
import { formatBytes, formatDuration, groupDigits, plural } from '../../units.ts';
import { fromPrintable } from '../../paths.ts';
import type { Assessment } from '../../policy/assess/assessment.ts';
import { rootLabel } from './root-label.ts';
import { alignColumns } from '../columns.ts';

/** Longer lists are cut; the JSON output has all their entries. */
const MAX_SHOWN = 5;

/** Checks that name their path even when it is within the limit. */
const CHECKS_WITH_PATH: ReadonlySet<string> = new Set(['deepest directory', 'widest directory']);

export function renderAssessment(assessment: Assessment): string {
  return [
    ...headLines(assessment),
    ...sizeLines(assessment),
    ...limitLines(assessment),
    ...placeLines(assessment),
    ...listLines(assessment),
    ...linkLines(assessment),
    ...timeLines(assessment),
    ...exceptionLines(assessment),
  ].join('\n');
}

function headLines(assessment: Assessment): string[] {
  const { migration, source, destination, scannedAt, scanMs, totals } = assessment;
  return [
    `${migration}: ${source} → ${destination}`,
    `scanned ${scannedAt} in ${formatDuration(scanMs)}`,
    '',
    ...alignColumns(
      [
        ['entries', groupDigits(totals.entries)],
        ['directories', groupDigits(totals.directories)],
        ['files', groupDigits(totals.files), formatBytes(totals.bytes)],
        ['symlinks', groupDigits(totals.symlinks)],
        ['left out', groupDigits(totals.excluded), 'by rules'],
      ],
      ['left', 'right', 'right'],
    ),
  ];
}

function sizeLines({ histogram }: Assessment): string[] {
  const rows = histogram
    .filter(({ files }) => files > 0)
    .map(({ upTo, files, bytes }) => [
      upTo === null ? 'larger' : `up to ${formatBytes(upTo)}`,
      groupDigits(files),
      formatBytes(bytes),
    ]);
  if (rows.length === 0) return [];
  return ['', 'Files by size', ...alignColumns(rows, ['left', 'right', 'right'])];
}

function limitLines({ findings, limits }: Assessment): string[] {
  const rows = findings.map(({ check, found, limit, verdict, worst }) => [
    check,
    found,
    `limit ${limit}`,
    [
      verdict === 'fits' ? '' : verdict.toUpperCase(),
      CHECKS_WITH_PATH.has(check) && worst !== undefined ? rootLabel(fromPrintable(worst)) : '',
    ]
      .join(' ')
      .trim(),
  ]);
  const title = limits === 'efs' ? 'Amazon EFS' : 'a POSIX file system';
  return [
    '',
    `Against the limits of ${title}`,
    ...alignColumns(rows, ['left', 'right', 'left', 'left']),
    ...findings.flatMap(({ check, paths }) => sampleLines(`${check}:`, paths)),
  ];
}

function placeLines({ places, otherFileSystems }: Assessment): string[] {
  const problems = places.flatMap(({ name, found, fix }) => [
    `  ${name}: no: ${found}`,
    ...(fix === undefined ? [] : [`    ${fix}`]),
  ]);
  const shown = otherFileSystems.slice(0, MAX_SHOWN).map((path) => `  ${path}`);
  return [
    ...(problems.length === 0 ? [] : ['', 'To fix before it begins', ...problems]),
    ...(shown.length === 0
      ? []
      : ['', 'Other file systems below the tree: not entered, a migration each', ...shown]),
  ];
}

function listLines({ unreadable, special, notUtf8, sparse }: Assessment): string[] {
  const lists: [
    string,
    { count: number; samples: readonly { path: string; because: string }[] },
  ][] = [
    ['Unreadable', unreadable],
    ['Special files', special],
    ['Names that are not UTF-8, kept as they are', notUtf8],
  ];
  const lines = lists.flatMap(([title, { count, samples }]) => {
    if (count === 0) return [];
    const shown = samples.slice(0, MAX_SHOWN).map(({ path, because }) => [path, because]);
    const more = count > shown.length ? [`  and ${groupDigits(count - shown.length)} more`] : [];
    return [
      '',
      `${title}: ${groupDigits(count)}`,
      ...alignColumns(shown, ['left', 'left']),
      ...more,
    ];
  });
  if (sparse.count === 0) return lines;
  const holes = `Sparse files: ${groupDigits(sparse.count)}, with ${formatBytes(sparse.holeBytes)} of holes, which are kept`;
  return [...lines, '', holes];
}

function linkLines({ hardLinks }: Assessment): string[] {
  const { groups, names, crossing, lookedAt } = hardLinks;
  if (groups === 0) return [];
  const head = `Hard links: ${plural(names, 'name')} in ${plural(groups, 'group')}`;
  const sampled = lookedAt < groups ? ` (of the ${groupDigits(lookedAt)} with the most links)` : '';
  const verdict =
    crossing.length === 0
      ? `no group lies in more than one chunk${sampled}`
      : `${groupDigits(crossing.length)} of them in more than one chunk${sampled}: each chunk gets a copy of its own`;
  const samples = crossing.map(
    ({ links, paths }) => `${links} links: ${paths.slice(0, 2).join(', ')}`,
  );
  return ['', `${head}; ${verdict}`, ...sampleLines('', samples)];
}

function timeLines({ churn, chunks, forecast }: Assessment): string[] {
  const lines = ['', 'How long it takes'];
  const parts = forecast.parts.map(({ what, ms, because }) => [what, formatDuration(ms), because]);
  lines.push(...alignColumns(parts, ['left', 'right', 'left']));
  lines.push(
    forecast.totalMs === undefined
      ? `  not known: ${forecast.because}`
      : `  the seed takes about ${formatDuration(forecast.totalMs)}: ${forecast.because}`,
  );
  if (churn !== undefined) {
    const drift = `${formatBytes(Math.round(churn.bytesPerDay))} in ${groupDigits(churn.entriesPerDay)} entries`;
    lines.push(`  changes per day: ${drift} (${churn.because})`);
  }
  lines.push('', `Chunks: ${groupDigits(chunks.count)}; ${chunks.because}`);
  return [...lines, ...sampleLines('', chunks.odd)];
}

function exceptionLines({ draftExceptions, migration }: Assessment): string[] {
  if (draftExceptions.length === 0) return ['', 'Draft exceptions: none'];
  const commands = draftExceptions.map(
    ({ path, reason }) => `  longhaul accept ${migration} ${quote(path)} --reason ${quote(reason)}`,
  );
  return ['', 'Draft exceptions, to accept once the migration runs', ...commands];
}

function sampleLines(title: string, samples: readonly string[]): string[] {
  if (samples.length === 0) return [];
  const shown = samples.slice(0, MAX_SHOWN).map((sample) => `    ${sample}`);
  const more =
    samples.length > MAX_SHOWN ? [`    and ${groupDigits(samples.length - MAX_SHOWN)} more`] : [];
  return [...(title === '' ? [] : [`  ${title}`]), ...shown, ...more];
}

/** Quotes a word for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
