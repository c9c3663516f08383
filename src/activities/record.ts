/** Writes the ledger lines that a workflow sends. */
import type { LedgerEvent } from '../ledger/ledger-line.ts';
import { openLedger } from '../ledger/ledger.ts';
import { shortActivity } from './activity.ts';
import type { ControlActivities } from '../protocol/activities.ts';
import type { ActivityDeps } from './deps.ts';

export function recordActivities(deps: ActivityDeps): Pick<ControlActivities, 'record'> {
  return {
    record: ({ migration, note: { key, kind, at, data } }) =>
      shortActivity(() => {
        // The workflow uses the kinds and members of LedgerEvent.
        const event = { ...data, key, kind, at } as unknown as LedgerEvent;
        openLedger(deps.state.migration(migration).ledgerPath).append(event);
      }),
  };
}
