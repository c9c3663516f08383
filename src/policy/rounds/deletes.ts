/** Decides whether a round deletes and whether a chunk's delete-pass may start. Any doubt means no. */

export interface DeleteCaps {
  readonly maxCount: number;
  /** Percentage of the entries that the chunk had. */
  readonly maxPercent: number;
}

/** Deletes that an operator allowed for one chunk, once. Replaces both caps. */
export interface DeleteAllowance {
  readonly count?: number;
  readonly percent?: number;
}

export interface DeleteFacts {
  /** False if this round deletes nothing. */
  readonly roundDeletes: boolean;
  /** Number of names at the destination that are gone at the source. */
  readonly candidates: number;
  /** Number of entries of the chunk at the destination, including the candidates. */
  readonly entries: number;
  /** One of the candidates, for messages. */
  readonly first?: string;
  /** Why the source's identity is not proven; undefined if it is. */
  readonly sourceInDoubt?: string;
  /** False if the lease of the chunk was lost. */
  readonly leaseHeld: boolean;
}

export interface DeleteDecision {
  readonly action: 'delete' | 'count only' | 'refuse' | 'nothing';
  /** The error code of a refusal. */
  readonly code?: 'DELETE_REFUSED' | 'SOURCE_CHANGED_IDENTITY' | 'FENCED';
  readonly because: string;
}

/** Returns whether a round of this kind deletes according to the spec. A rehearsal never does. */
export function roundDeletes(
  when: 'final' | 'every round' | 'never',
  kind: 'seed' | 'catch-up' | 'final' | 'rehearsal',
): boolean {
  if (when === 'never' || kind === 'rehearsal') return false;
  return when === 'every round' ? kind !== 'seed' : kind === 'final';
}

/** Returns the caps that apply. A limit that an allowance does not name is unlimited. */
export function capsInForce(caps: DeleteCaps, allowance: DeleteAllowance | undefined): DeleteCaps {
  if (allowance?.count === undefined && allowance?.percent === undefined) return caps;
  const { count = Number.MAX_SAFE_INTEGER, percent = 100 } = allowance;
  return { maxCount: count, maxPercent: percent };
}

/** Decides once, for all candidates of the chunk, before the first delete. */
export function decideDeletes(facts: DeleteFacts, caps: DeleteCaps): DeleteDecision {
  const { candidates, sourceInDoubt } = facts;
  if (candidates === 0) return { action: 'nothing', because: 'nothing is gone at the source' };
  if (!facts.roundDeletes) {
    const because = `${candidates} gone at the source; this round deletes nothing`;
    return { action: 'count only', because };
  }
  if (sourceInDoubt !== undefined) {
    const because = `the source is in doubt: ${sourceInDoubt}`;
    return { action: 'refuse', code: 'SOURCE_CHANGED_IDENTITY', because };
  }
  if (!facts.leaseHeld) {
    return { action: 'refuse', code: 'FENCED', because: 'another worker has this chunk' };
  }
  return capped(facts, caps);
}

function capped({ candidates, entries, first }: DeleteFacts, caps: DeleteCaps): DeleteDecision {
  const { maxCount, maxPercent } = caps;
  const exceeded = [
    ...(candidates > maxCount ? [`${maxCount} (deletes.maxCount)`] : []),
    // Multiplied, because a division would round.
    ...(candidates * 100 > entries * maxPercent ? [`${maxPercent} % (deletes.maxPercent)`] : []),
  ];
  if (exceeded.length === 0)
    return { action: 'delete', because: `${candidates} of ${entries} entries, within the limits` };
  const percent = ((candidates / Math.max(1, entries)) * 100).toFixed(1);
  const because =
    `${candidates} of ${entries} entries (${percent} %) would be deleted, ` +
    `limit ${exceeded.join(' and ')}${first === undefined ? '' : `; one of them: ${first}`}`;
  return { action: 'refuse', code: 'DELETE_REFUSED', because };
}
