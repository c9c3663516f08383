/** Lines of the ledger that a workflow asks for. */
import type { LedgerEvent } from '../ledger/ledger-line.ts';
import { openLedger } from '../ledger/ledger.ts';
import { shortActivity } from './activity.ts';
import type { ControlActivities } from '../protocol/activities.ts';
import type { ActivityDeps } from './deps.ts';

export function recordActivities(deps: ActivityDeps): Pick<ControlActivities, 'record'> {
  return {
    record: ({ migration, note: { key, kind, at, data } }) =>
      shortActivity(() => {
        // The kinds and their members are those of LedgerEvent; the workflow is what writes them.
        const event = { ...data, key, kind, at } as unknown as LedgerEvent;
        openLedger(deps.state.migration(migration).ledgerPath).append(event);
      }),
  };
}
