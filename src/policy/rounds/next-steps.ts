/** Suggests commands that the operator can run now, each with its reason as a shell comment. */
import type { Phase } from './phase.ts';
import type { GateName } from './cutover.ts';

export interface Situation {
  readonly migration: string;
  readonly phase: Phase;
  /** Names of the conditions: paused, blocked, link down, postponed. */
  readonly conditions: readonly string[];
  readonly blocked: readonly { readonly chunk: string; readonly code: string }[];
  readonly blockedCount: number;
  /** The first closed gate of the cutover; undefined if all are open. */
  readonly gate?: GateName;
  readonly approvedBy?: string;
  /** True while a catch-up round runs. */
  readonly roundRuns: boolean;
}

/** When to retry, by code: these need an action, and no waiting helps. */
const ADVICE: Readonly<Record<string, string>> = {
  DELETE_REFUSED: 'when the entries are back at the source',
  DISK_FULL: 'when there is space at the destination',
  PERMISSION_DENIED: 'when the worker may read and write it',
  SOURCE_MISSING: 'when the source is mounted again',
  SOURCE_CHANGED_IDENTITY: 'when the right tree is mounted',
  READ_ONLY: 'when the destination is writable again',
  DESTINATION_MISSING: 'when the destination is mounted again',
  CORRUPT_COPY: 'when the destination storage was checked',
};

/** Codes of single entries, which can be accepted as exceptions. */
const ABOUT_ENTRIES: ReadonlySet<string> = new Set([
  'PERMISSION_DENIED',
  'NAME_TOO_LONG',
  'TOO_MANY_LINKS',
  'UNSUPPORTED',
  'SPECIAL_FILE',
  'STUCK',
]);

/** Number of blocked chunks that get suggestions of their own. */
const MAX_NAMED_CHUNKS = 3;

export function nextSteps(situation: Situation): readonly string[] {
  const suggestions = [
    ...whilePaused(situation),
    ...whileBlocked(situation),
    ...inPhase(situation),
  ].map(([command, why]) => ({ line: `longhaul ${command}`, why }));
  const width = Math.max(0, ...suggestions.map(({ line }) => line.length));
  return suggestions.map(({ line, why }) => `${line.padEnd(width)}  # ${why}`);
}

type Suggestion = readonly [command: string, why: string];

function whilePaused({ migration, phase, conditions }: Situation): Suggestion[] {
  if (phase === 'done' || phase === 'aborted' || !conditions.includes('paused')) return [];
  return [[`resume ${migration}`, 'continue where it stopped']];
}

function whileBlocked({ migration, phase, blocked, blockedCount }: Situation): Suggestion[] {
  if (blockedCount === 0 || phase === 'done' || phase === 'aborted') return [];
  const named = blocked.slice(0, MAX_NAMED_CHUNKS).flatMap(({ chunk, code }): Suggestion[] => {
    const when = ADVICE[code] ?? 'when the cause is fixed';
    const retry: Suggestion = [`retry ${migration} ${chunk}`, `${code}: ${when}`];
    if (code !== 'DELETE_REFUSED') return [retry];
    const allow = `allow-deletes ${migration} ${chunk} --count N --reason "…"`;
    return [retry, [allow, 'when these entries should be deleted']];
  });
  const first = blocked[0]?.chunk;
  const ofEntries = blocked.some(({ code }) => ABOUT_ENTRIES.has(code));
  return [
    [`chunks ${migration} --entries`, 'what is blocked, why, and each entry by name'],
    ...named,
    ...(blockedCount > 1
      ? [[`retry ${migration}`, `all ${blockedCount} blocked chunks`] as Suggestion]
      : []),
    ...(first === undefined
      ? []
      : [[`skip ${migration} ${first}`, 'leave it to the next round'] as Suggestion]),
    ...(ofEntries
      ? [
          [
            `accept ${migration} PATH --reason "…"`,
            'accept that the entry is not migrated',
          ] as Suggestion,
        ]
      : []),
  ];
}

function inPhase(situation: Situation): Suggestion[] {
  const { migration, phase, roundRuns } = situation;
  const watch: Suggestion = [`watch ${migration}`, 'follow the progress'];
  switch (phase) {
    case 'assessing':
      return [watch];
    case 'seeding':
      return [watch, [`set-bandwidth ${migration} "20 Mbit/s"`, 'or "none"; takes effect at once']];
    case 'catching up':
      return [
        watch,
        ...(roundRuns
          ? []
          : [[`run-round ${migration}`, 'start the next round now'] as Suggestion]),
        ...approvalSuggestions(situation),
      ];
    case 'ready to cut over':
      return [...approvalSuggestions(situation), ...startSuggestions(situation)];
    case 'cutting over':
      return [watch, [`postpone ${migration}`, 'stop before the switch']];
    case 'soaking':
      return [[`ledger ${migration} --verify`, 'prove that nothing was lost']];
    case 'done':
      return [
        [`ledger ${migration} --verify`, 'prove that nothing was lost'],
        [`export ${migration} --mtree`, 'a manifest that other tools can check'],
      ];
    case 'aborted':
      return [[`ledger ${migration}`, 'what was done']];
  }
}

function approvalSuggestions({ migration, approvedBy }: Situation): Suggestion[] {
  return approvedBy === undefined
    ? [[`approve ${migration}`, 'allow the cutover when its gates are open']]
    : [[`postpone ${migration}`, 'withdraw the approval']];
}

function startSuggestions({ migration, gate }: Situation): Suggestion[] {
  if (gate !== 'window' && gate !== 'fits') return [];
  return [[`start-cutover ${migration}`, 'cut over now, even outside the window']];
}
