/** What operators set, kept where every worker reads it. Saying the same thing twice changes nothing. */
import { openLedger } from '../ledger/ledger.ts';
import type { MigrationStore } from '../state/state-directory.ts';
import { shortActivity } from './activity.ts';
import type { ControlActivities, Controls, ControlsChange } from '../protocol/activities.ts';
import type { ActivityDeps } from './deps.ts';
import { NO_CONTROLS, readControls } from './migration.ts';

export function controlsActivities(deps: ActivityDeps): Pick<ControlActivities, 'changeControls'> {
  return {
    changeControls: ({ migration, change }) =>
      shortActivity(() => {
        const store = deps.state.migration(migration);
        store.updateControls<Controls>((before) =>
          withChange({ ...NO_CONTROLS, ...before }, change),
        );
        if (change.type === 'accept exception') recordException(store, change.exception);
      }),
  };
}

export function withChange(controls: Controls, change: ControlsChange): Controls {
  switch (change.type) {
    case 'bandwidth':
      return { ...controls, bandwidth: change.bandwidth };
    case 'add exclusions':
      return {
        ...controls,
        addedExclusions: union(controls.addedExclusions, change.patterns),
        removedExclusions: difference(controls.removedExclusions, change.patterns),
      };
    case 'remove exclusions':
      return {
        ...controls,
        addedExclusions: difference(controls.addedExclusions, change.patterns),
        removedExclusions: union(controls.removedExclusions, change.patterns),
      };
    case 'accept exception': {
      const { path } = change.exception;
      const known = controls.exceptions.some((exception) => exception.path === path);
      return known
        ? controls
        : { ...controls, exceptions: [...controls.exceptions, change.exception] };
    }
    case 'allow deletes': {
      const given = change.chunks.map((chunk) => [chunk, change.allowed] as const);
      return {
        ...controls,
        deletesAllowed: { ...controls.deletesAllowed, ...Object.fromEntries(given) },
      };
    }
  }
}

/** An allowance to delete counts once. Dies the process before this, the next run finds nothing left to delete. */
export function spendAllowance(store: MigrationStore, chunk: string): void {
  if (readControls(store).deletesAllowed[chunk] === undefined) return;
  store.updateControls<Controls>((before) => {
    const others = Object.entries(before?.deletesAllowed ?? {}).filter(([id]) => id !== chunk);
    return { ...NO_CONTROLS, ...before, deletesAllowed: Object.fromEntries(others) };
  });
}

/** The decisions are recorded by the workflow that took them; this is what came of one. */
function recordException(
  store: MigrationStore,
  { path, by, reason, at }: Controls['exceptions'][number],
): void {
  openLedger(store.ledgerPath).append({
    kind: 'exception accepted',
    key: `exception/${path}`,
    path,
    by,
    because: reason,
    at,
  });
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}

function difference(a: readonly string[], b: readonly string[]): readonly string[] {
  return a.filter((item) => !b.includes(item));
}
