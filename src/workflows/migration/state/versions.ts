/** Opens the state of a run: a new one, or one that an earlier run or version carried over. */
import { patched } from '@temporalio/workflow';
import { UNTIL_APPROVED_MS } from '../../../policy/rounds/cutover.ts';
import { needsNoApproval, newState, STATE_VERSION, type MigrationState } from './state.ts';

type Carried = Omit<MigrationState, 'v'> & { readonly v: number };

/** Reads every version that was ever carried over. */
export function openState(carried: unknown): MigrationState {
  return carried === undefined ? newState() : upgradeState(carried as Carried);
}

/**
 * Upgrades from each version to the next. A change that affects decisions needs `patched`, because runs
 * that began without it replay.
 */
const UPGRADES: Readonly<Record<number, (state: Carried) => Carried>> = {
  // In version 1, a postponement without an end held nothing if no approval was required.
  1: (state) => {
    const heldNothing = state.postponed !== undefined && state.postponedUntilMs === undefined;
    const isFixed = heldNothing && needsNoApproval(state) && patched('state-2');
    return { ...state, v: 2, ...(isFixed ? { postponedUntilMs: UNTIL_APPROVED_MS } : {}) };
  },
  // Since version 3 a round may continue across continue-as-new; an older worker would start a second one.
  2: (state) => ({ ...state, v: 3 }),
};

/**
 * Throws a plain Error for a later version: the server retries the workflow task until a worker of that
 * version takes it, and nothing is lost.
 */
function upgradeState(carried: Carried): MigrationState {
  let state = carried;
  while (state.v !== STATE_VERSION) {
    const upgrade = UPGRADES[state.v];
    if (upgrade === undefined)
      throw new Error(`the state has version ${state.v}, this worker reads up to ${STATE_VERSION}`);
    state = upgrade(state);
  }
  return state as MigrationState;
}
