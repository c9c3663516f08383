/**
 * The breakers of a migration's link as all workers share them, in link.json: read, changed by one
 * event at a time, probed by one worker at a time, and told to the migration when one opens or closes.
 * An outage that is over is in the ledger.
 */
import { failureClass, toFailure } from '../errors/failure.ts';
import type { EngineLanes } from '../engines/engine.ts';
import { tryLock } from '../state/flock.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { MigrationStore } from '../state/state-directory.ts';
import { outageMs, type BreakerEvent, type BreakerSettings } from '../policy/link/breaker.ts';
import {
  breakerOf,
  decideLink,
  laneReports,
  linkStep,
  type LaneName,
  type LinkState,
  type LinkDecision,
} from '../policy/link/lanes.ts';
import type { LinkReport } from '../protocol/api.ts';

export interface LinkDeps {
  readonly store: MigrationStore;
  readonly settings: BreakerSettings;
  readonly now: () => number;
  /** Throws when the link, the lane, or one of its trees, does not answer. */
  readonly probe: (lane: LaneName) => Promise<void>;
  /** Undefined: the link is one. */
  readonly lanes?: () => EngineLanes | undefined;
  /** Best effort: the outage ends whether or not anybody hears of it. */
  readonly report: (report: LinkReport) => Promise<void>;
}

export function wayNow(deps: LinkDeps, lanes: readonly string[]): LinkDecision {
  return decideLink(read(deps), lanes, deps.now(), deps.settings);
}

export function isClosed(deps: LinkDeps, lane: LaneName): boolean {
  return breakerOf(read(deps), lane).name === 'closed';
}

export function feed(deps: LinkDeps, lane: LaneName, event: BreakerEvent): void {
  deps.store.updateLink<LinkState>((before) => linkStep(before, lane, event, deps.settings).link);
}

/** False when somebody else is at it, or it is not due. */
export async function probe(deps: LinkDeps, lane: LaneName): Promise<boolean> {
  const release = tryLock(deps.store.lockPath(lockOf(deps, lane)));
  if (release === undefined) return false;
  try {
    const { state, action } = linkStep(
      read(deps),
      lane,
      { type: 'asked', nowMs: deps.now() },
      deps.settings,
    );
    if (state.name !== 'closed' && action !== 'probe') return false;
    feed(deps, lane, { type: 'probe started', nowMs: deps.now() });
    const failed = await tryProbe(deps, lane);
    if (failed === undefined) close(deps, lane);
    else feed(deps, lane, { type: 'probe failed', nowMs: deps.now(), because: failed });
  } finally {
    release();
  }
  await tellChange(deps);
  return true;
}

/** A name may hold what no file name does. */
function lockOf({ lanes }: LinkDeps, lane: LaneName): string {
  return lane === undefined ? 'probe' : `probe-${lanes?.()?.names.indexOf(lane) ?? 0}`;
}

/** Why it failed. A tree that is gone answers: the steps say what is wrong with it. */
async function tryProbe({ probe }: LinkDeps, lane: LaneName): Promise<string | undefined> {
  try {
    await probe(lane);
    return undefined;
  } catch (error) {
    const failure = toFailure(error);
    return failureClass(failure) === 'transient' ? failure.message : undefined;
  }
}

/** The ledger first: a crash in between has it said again, with a later end. */
function close(deps: LinkDeps, lane: LaneName): void {
  const before = breakerOf(read(deps), lane);
  // A probe that answers does not wipe out failures of a closed breaker: a link can answer and yet drop.
  if (before.name === 'closed') return;
  const nowMs = deps.now();
  const since = new Date(before.sinceMs).toISOString();
  openLedger(deps.store.ledgerPath).append({
    kind: 'outage',
    key: lane === undefined ? `outage/${since}` : `outage/${lane}/${since}`,
    because: before.because,
    ...(lane === undefined ? {} : { lane }),
    since,
    until: new Date(nowMs).toISOString(),
    outageMs: nowMs - before.sinceMs,
  });
  feed(deps, lane, { type: 'probe succeeded', nowMs });
}

const read = ({ store }: LinkDeps): LinkState | undefined => store.readLink<LinkState>();

const told = new Map<string, string>();

const telling = new Map<string, Promise<void>>();

/**
 * Each worker tells what it sees, so that a crash between a change and its report loses nothing. One
 * report at a time: of an outage of milliseconds the older one could arrive last, and hold the cutover
 * for ever.
 */
export async function tellChange(deps: LinkDeps): Promise<void> {
  const report = reportOf(deps);
  const says = conditionOf(read(deps), report);
  const { directory } = deps.store;
  if ((told.get(directory) ?? '') === says) return;
  told.set(directory, says);
  const before = telling.get(directory) ?? Promise.resolve();
  const turn = before.then(() => deps.report(report)).catch(() => void told.delete(directory));
  telling.set(directory, turn);
  await turn;
}

/** All of the link at once: whoever hears the last report knows where it stands. */
function reportOf(deps: LinkDeps): LinkReport {
  const link = read(deps);
  const own = breakerOf(link, undefined);
  const isOpen = own.name !== 'closed';
  const nowMs = deps.now();
  const lanes = deps.lanes?.();
  return {
    state: isOpen ? 'open' : 'closed',
    because: isOpen ? own.because : 'the link answers again',
    since: new Date(isOpen ? own.sinceMs : nowMs).toISOString(),
    outageMs: outageMs(own, nowMs),
    ...(lanes === undefined || lanes.names.length === 0 ? {} : { lanes: laneReports(link, lanes) }),
  };
}

/** What a report is worth telling for; '' for a link that was never away. */
function conditionOf(link: LinkState | undefined, { lanes = [] }: LinkReport): string {
  return [undefined, ...lanes.map(({ lane }) => lane)]
    .map((lane) => ({ lane, state: breakerOf(link, lane) }))
    .filter(({ state }) => state.name !== 'closed' || state.outageMs > 0)
    .map(({ lane, state }) =>
      state.name === 'closed'
        ? `${lane} closed/${state.outageMs}`
        : `${lane} open/${state.sinceMs}`,
    )
    .join();
}
