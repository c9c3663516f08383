/** What close() tells of an entry that a round did something to; nothing of the others. */
import type { Entry } from '../../../model/entry.ts';
import type { EntryEvent } from '../../../ledger/entry-events.ts';
import type { RawPath } from '../../../paths.ts';
import { compareEntries } from './decide.ts';
import type { EntryOutcome } from './outcome.ts';

export interface EntryInRound {
  readonly path: RawPath;
  /** What the scan saw; absent: gone at the source. */
  readonly found: Entry | undefined;
  /** What the catalog had when the round began. */
  readonly known: Entry | undefined;
  /** What the new catalog has. */
  readonly kept: Entry | undefined;
  /** What the last step that had to do with it says. */
  readonly outcome: EntryOutcome | undefined;
}

/**
 * Undefined: nothing to tell. What a seed round brought over as new goes without saying: there are
 * as many of those as entries, and the catalog has them.
 */
export function eventOf(entry: EntryInRound, seed: boolean): EntryEvent | undefined {
  const { path, kept, outcome } = entry;
  const what = whatHappened(entry);
  const code = outcome?.failure?.code;
  if (seed && what === 'new' && kept?.status === 'verified') return undefined;
  const isNews = what !== 'checked' && what !== 'still gone';
  if (!isNews && code === undefined && kept?.status === entry.known?.status) return undefined;
  return {
    path,
    what,
    ...(kept === undefined ? {} : { status: kept.status }),
    ...(code === undefined ? {} : { code }),
  };
}

function whatHappened({ found, known, kept }: EntryInRound): string {
  if (found && found.status !== 'vanished') return compareEntries(found, known) ?? 'checked';
  if (kept === undefined) return known === undefined ? 'vanished' : 'deleted';
  return known?.status === 'awaiting delete' ? 'still gone' : 'gone';
}
