/**
 * The lines of the ledger and their chain. A line is one JSON object:
 *
 *   { seq, at, kind, key, by?, because?, …what the kind has…, prev, hash }
 *
 * `hash` is the SHA-256, in hex, of `prev` followed by the line's other members as canonical JSON
 * (members sorted by name, no spaces); `prev` is the hash of the line before, 64 zeros for the first.
 * The last hash therefore proves that no earlier line was changed, removed, inserted or moved; it can be
 * checked with `jq -cS 'del(.prev, .hash)'` and `sha256sum` alone.
 *
 * `key` makes lines idempotent: an event with the key and content of the last line of that key is not
 * appended again; one with other content replaces it. Readers fold lines: the last line of a key counts.
 */
import { createHash } from 'node:crypto';
import type { ChunkSum, RoundKind } from '../model/round.ts';
import type { Phase } from '../policy/rounds/phase.ts';

interface ByKind {
  'migration started': { readonly migration: string };
  /** SHA-256 of the spec in force as canonical JSON. */
  spec: { readonly digest: string };
  phase: { readonly phase: Phase };
  plan: {
    readonly revision: number;
    readonly chunks: number;
    readonly entries: number;
    readonly bytes: number;
  };
  'round started': {
    readonly round: number;
    readonly roundKind: RoundKind;
    readonly chunks: number;
  };
  'round closed': {
    readonly round: number;
    readonly roundKind: RoundKind;
    readonly chunks: number;
    readonly clean: number;
    readonly blocked: number;
    readonly totals: Readonly<Record<string, number>>;
  };
  'chunk closed': {
    readonly chunk: string;
    readonly round: number;
    readonly sum: ChunkSum;
    readonly elapsedMs: number;
  };
  /** A DataSync execution that has ended; the service deletes its record after 30 days. */
  execution: {
    readonly chunk: string;
    readonly round: number;
    readonly purpose: string;
    readonly arn: string;
    readonly status: string;
    readonly errorCode?: string;
    readonly filesTransferred: number;
    readonly filesDeleted: number;
    readonly bytesWritten: number;
    readonly bytesCompressed: number;
    readonly elapsedMs: number;
  };
  'chunk blocked': {
    readonly chunk: string;
    readonly round: number;
    readonly step: string;
    readonly code: string;
  };
  'chunk unblocked': { readonly chunk: string; readonly round: number };
  /** A message of an operator that was applied: 'approveCutover', 'setBandwidth', …. */
  decision: { readonly message: string; readonly details?: Readonly<Record<string, unknown>> };
  /** path in printable form. */
  'exception accepted': { readonly path: string };
  /** Without a 'hook' line that follows, the result of the hook is unknown. */
  'hook started': { readonly hook: 'freeze' | 'switch' };
  hook: {
    readonly hook: 'freeze' | 'switch';
    readonly exitCode: number;
    readonly elapsedMs: number;
    /** The end of what it printed. */
    readonly output: string;
  };
  /** Times are ISO 8601. Without a lane: an outage of the whole link. */
  outage: {
    readonly since: string;
    readonly until: string;
    readonly outageMs: number;
    readonly lane?: string;
  };
  cutover: { readonly state: 'started' | 'switched' | 'postponed'; readonly round?: number };
  done: { readonly outcome: 'done' | 'aborted' };
}

export type LedgerKind = keyof ByKind;

interface Common {
  /**
   * Names the subject of the line: 'chunk closed/0042/7'. Opposite events, such as a chunk being blocked
   * and unblocked, share a key: 'blocked/0042'. Each decision has its own key.
   */
  readonly key: string;
  /** ISO 8601; default: the time at which the line is appended. */
  readonly at?: string;
  readonly by?: string;
  readonly because?: string;
}

/** An event to append. */
export type LedgerEvent = {
  [Kind in LedgerKind]: Common & { readonly kind: Kind } & ByKind[Kind];
}[LedgerKind];

/** An event as it stands in the ledger. */
export type LedgerLine = LedgerEvent & {
  readonly seq: number;
  readonly at: string;
  readonly prev: string;
  readonly hash: string;
};

export const FIRST_PREV = '0'.repeat(64);

/** Sorts members by name at every depth; no spaces, no undefined members. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns the line without its line end, and its hash. */
export function encodeLine(
  event: LedgerEvent,
  place: { readonly seq: number; readonly prev: string; readonly at: string },
): { readonly text: string; readonly hash: string } {
  const { seq, prev, at } = place;
  const { kind, key, ...rest } = event;
  const body = { seq, at, kind, key, ...rest };
  const hash = hashOf({ ...body, prev, hash: '' });
  return { text: JSON.stringify({ ...body, prev, hash }), hash };
}

/** Returns the hash that the line must have. */
export function hashOf(line: { readonly prev: string; readonly hash: string }): string {
  return sha256(line.prev + canonicalJson(without(line, ['prev', 'hash'])));
}

/** Returns the content of an event without its position and time, to compare two events. */
export function contentOf(event: LedgerEvent): string {
  return canonicalJson(without(event, ['seq', 'at', 'prev', 'hash']));
}

function without(value: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** Returns undefined if the text is not exactly what `encodeLine` writes. */
export function decodeLine(text: string): LedgerLine | undefined {
  let line: Partial<LedgerLine>;
  try {
    line = JSON.parse(text) as Partial<LedgerLine>;
  } catch {
    return undefined;
  }
  const whole =
    typeof line === 'object' &&
    line !== null &&
    Number.isSafeInteger(line.seq) &&
    [line.at, line.kind, line.key, line.prev, line.hash].every((text) => typeof text === 'string');
  // A repeated member or another spelling of the same JSON is a change as well.
  return whole && JSON.stringify(line) === text ? (line as LedgerLine) : undefined;
}
