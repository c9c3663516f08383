/** What the operator can do now, as command lines; the reason follows as a shell comment. */
import type { Phase } from './phase.ts';
import type { GateName } from './cutover.ts';

export interface Situation {
  readonly migration: string;
  readonly phase: Phase;
  /** Names of what lies on top of the phase: paused, blocked, link down, postponed. */
  readonly conditions: readonly string[];
  readonly blocked: readonly { readonly chunk: string; readonly code: string }[];
  readonly blockedCount: number;
  /** The gate that holds the cutover; undefined when all are open. */
  readonly gate?: GateName;
  readonly approvedBy?: string;
  /** Whether a catch-up round runs at this moment. */
  readonly roundRuns: boolean;
}

/** Codes that raising a limit or mending a mount helps, and no waiting. */
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

/** Codes of single entries, which the tree can do without. */
const ABOUT_ENTRIES: ReadonlySet<string> = new Set([
  'PERMISSION_DENIED',
  'NAME_TOO_LONG',
  'TOO_MANY_LINKS',
  'UNSUPPORTED',
  'SPECIAL_FILE',
  'STUCK',
]);

/** At most this many chunks are named one by one. */
const NAMED_CHUNKS = 3;

export function nextSteps(situation: Situation): readonly string[] {
  const steps = [
    ...pausedSteps(situation),
    ...blockedSteps(situation),
    ...phaseSteps(situation),
  ].map(([command, why]) => ({ line: `longhaul ${command}`, why }));
  const width = Math.max(0, ...steps.map(({ line }) => line.length));
  return steps.map(({ line, why }) => `${line.padEnd(width)}  # ${why}`);
}

type Step = readonly [command: string, why: string];

function pausedSteps({ migration, phase, conditions }: Situation): Step[] {
  if (phase === 'done' || phase === 'aborted' || !conditions.includes('paused')) return [];
  return [[`resume ${migration}`, 'go on where it stopped']];
}

function blockedSteps({ migration, phase, blocked, blockedCount }: Situation): Step[] {
  if (blockedCount === 0 || phase === 'done' || phase === 'aborted') return [];
  const named = blocked.slice(0, NAMED_CHUNKS).flatMap(({ chunk, code }): Step[] => {
    const when = ADVICE[code] ?? 'when the cause is mended';
    const retry: Step = [`retry ${migration} ${chunk}`, `${code}: ${when}`];
    if (code !== 'DELETE_REFUSED') return [retry];
    const allow = `allow-deletes ${migration} ${chunk} --count N --reason "…"`;
    return [retry, [allow, 'when they are meant to go']];
  });
  const first = blocked[0]?.chunk;
  const ofEntries = blocked.some(({ code }) => ABOUT_ENTRIES.has(code));
  return [
    [`chunks ${migration} --entries`, 'what is blocked, why, and each entry by name'],
    ...named,
    ...(blockedCount > 1
      ? [[`retry ${migration}`, `all ${blockedCount} blocked chunks`] as Step]
      : []),
    ...(first === undefined
      ? []
      : [[`skip ${migration} ${first}`, 'leave it to the next round'] as Step]),
    ...(ofEntries
      ? [[`accept ${migration} PATH --reason "…"`, 'leave that entry behind for good'] as Step]
      : []),
  ];
}

function phaseSteps(situation: Situation): Step[] {
  const { migration, phase, roundRuns } = situation;
  const watch: Step = [`watch ${migration}`, 'follow it'];
  switch (phase) {
    case 'assessing':
      return [watch];
    case 'seeding':
      return [watch, [`set-bandwidth ${migration} "20 Mbit/s"`, 'or "none"; takes effect at once']];
    case 'catching up':
      return [
        watch,
        ...(roundRuns ? [] : [[`run-round ${migration}`, 'now instead of waiting'] as Step]),
        ...approvalSteps(situation),
      ];
    case 'ready to cut over':
      return [...approvalSteps(situation), ...startSteps(situation)];
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

function approvalSteps({ migration, approvedBy }: Situation): Step[] {
  return approvedBy === undefined
    ? [[`approve ${migration}`, 'allow the cutover when its gates are open']]
    : [[`postpone ${migration}`, 'take the approval back']];
}

function startSteps({ migration, gate }: Situation): Step[] {
  if (gate !== 'window' && gate !== 'fits') return [];
  return [[`start-cutover ${migration}`, 'cut over now, whatever the window says']];
}
