/** When a round deletes, and whether a chunk's delete-pass may begin. Every doubt is a no. */

export interface DeleteCaps {
  readonly maxCount: number;
  /** Of the entries the chunk had. */
  readonly maxPercent: number;
}

/** What an operator allowed for one chunk, once; it takes the place of both caps. */
export interface DeleteAllowance {
  readonly count?: number;
  readonly percent?: number;
}

export interface DeleteFacts {
  /** Whether this round deletes at all. */
  readonly roundDeletes: boolean;
  /** Names at the destination that are gone at the source. */
  readonly candidates: number;
  /** Entries of the chunk at the destination, the candidates included. */
  readonly entries: number;
  /** One of the candidates, for people. */
  readonly first?: string;
  /** Why the source is not proven to be the source; undefined when it is. */
  readonly sourceInDoubt?: string;
  /** Whether the lease on the chunk is still held. */
  readonly leaseHeld: boolean;
}

export interface DeleteDecision {
  readonly action: 'delete' | 'count only' | 'refuse' | 'nothing';
  /** The error code of a refusal. */
  readonly code?: 'DELETE_REFUSED' | 'SOURCE_CHANGED_IDENTITY' | 'FENCED';
  readonly because: string;
}

/** Whether a round of this kind deletes, by what the spec says. A rehearsal never does. */
export function roundDeletes(
  when: 'final' | 'every round' | 'never',
  kind: 'seed' | 'catch-up' | 'final' | 'rehearsal',
): boolean {
  if (when === 'never' || kind === 'rehearsal') return false;
  return when === 'every round' ? kind !== 'seed' : kind === 'final';
}

/** An allowance says all there is to say: what it does not name has no limit. */
export function capsInForce(caps: DeleteCaps, allowance: DeleteAllowance | undefined): DeleteCaps {
  if (allowance?.count === undefined && allowance?.percent === undefined) return caps;
  const { count = Number.MAX_SAFE_INTEGER, percent = 100 } = allowance;
  return { maxCount: count, maxPercent: percent };
}

/** Asked once, with the whole chunk's candidates, before the first delete. */
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
    // Multiplied out: no rounding lets one too many through.
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
