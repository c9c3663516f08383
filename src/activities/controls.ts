/** Keeps the settings of operators in controls.json, where every worker reads them. Changes are idempotent. */
import { openLedger } from '../ledger/ledger.ts';
import type { MigrationStore } from '../state/migration-store.ts';
import { shortActivity } from './activity.ts';
import { withChange, withoutAllowance, type AcceptedException } from '../policy/rounds/controls.ts';
import type { ControlActivities } from '../protocol/activities.ts';
import type { ActivityDeps } from './deps.ts';

export function controlsActivities(deps: ActivityDeps): Pick<ControlActivities, 'changeControls'> {
  return {
    changeControls: ({ migration, change }) =>
      shortActivity(() => {
        const store = deps.state.migration(migration);
        store.updateControls((controls) => withChange(controls, change));
        if (change.type === 'accept exception') recordException(store, change.exception);
      }),
  };
}

/** Removes an allowance to delete, which counts once. After a crash before this, the next run finds nothing to delete. */
export function spendAllowance(store: MigrationStore, chunk: string): void {
  if (store.readControls().deletesAllowed[chunk] === undefined) return;
  store.updateControls((controls) => withoutAllowance(controls, chunk));
}

/** Records the exception itself; the workflow records the decision. */
function recordException(store: MigrationStore, { path, by, reason, at }: AcceptedException): void {
  openLedger(store.ledgerPath).append({
    kind: 'exception accepted',
    key: `exception/${path}`,
    path,
    by,
    because: reason,
    at,
  });
}
