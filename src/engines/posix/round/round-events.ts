/** Derives the event of an entry that a round changed; entries without a change have none. */
import type { Entry } from '../../../model/entry.ts';
import type { EntryEvent } from '../../../ledger/entry-events.ts';
import type { RawPath } from '../../../paths.ts';
import { workReason } from './decide.ts';
import type { EntryOutcome } from './outcome.ts';

export interface EntryInRound {
  readonly path: RawPath;
  /** The entry in the manifest; undefined if it is gone at the source. */
  readonly found: Entry | undefined;
  /** The entry in the catalog when the round started. */
  readonly known: Entry | undefined;
  /** The entry in the new catalog. */
  readonly kept: Entry | undefined;
  /** The outcome of the last step that handled it. */
  readonly outcome: EntryOutcome | undefined;
}

/**
 * Returns undefined if nothing happened. Entries that a seed round copied as new have no event either:
 * there are as many of them as entries, and the catalog has them.
 */
export function eventOf(entry: EntryInRound, seed: boolean): EntryEvent | undefined {
  const { path, kept, outcome } = entry;
  const what = whatHappened(entry);
  const code = outcome?.failure?.code;
  if (seed && what === 'new' && kept?.status === 'verified') return undefined;
  const isChange = what !== 'checked' && what !== 'still gone';
  if (!isChange && code === undefined && kept?.status === entry.known?.status) return undefined;
  return {
    path,
    what,
    ...(kept === undefined ? {} : { status: kept.status }),
    ...(code === undefined ? {} : { code }),
  };
}

function whatHappened({ found, known, kept }: EntryInRound): string {
  if (found && found.status !== 'vanished') return workReason(found, known) ?? 'checked';
  if (kept === undefined) return known === undefined ? 'vanished' : 'deleted';
  return known?.status === 'awaiting delete' ? 'still gone' : 'gone';
}
