/**
 * The circuit breaker of a migration's link, shared by all workers through link.json: while it is
 * open the steps wait inside their activities, one of them probes at a time, and no attempt is used
 * up. Opening and closing are told to the migration; an outage that is over is in the ledger.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeFailure, failureClass, LonghaulError, toFailure, type Code } from '../errors.ts';
import { tryLock } from '../ledger/flock.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { MigrationStore } from '../ledger/state-directory.ts';
import {
  backOffMs,
  breakerStep,
  CLOSED,
  outageMs,
  type BreakerEvent,
  type BreakerSettings,
  type BreakerState,
  type BreakerStep,
} from '../policy/breaker.ts';
import type { LinkReport } from '../workflows/api.ts';

/** How soon a waiting step sees that another worker has closed the breaker. */
const LOOK_EVERY_MS = 1_000;
/** Failures in one place, with a link that answers each time, before a person has to look. */
export const TRIES_IN_PLACE = 6;

export interface BreakerDeps {
  readonly store: MigrationStore;
  readonly settings: BreakerSettings;
  readonly now: () => number;
  /** Throws when the link, or one of its trees, does not answer. */
  readonly probe: () => Promise<void>;
  /** Best effort: the outage ends whether or not anybody hears of it. */
  readonly report: (report: LinkReport) => Promise<void>;
}

export interface Tries {
  readonly signal: AbortSignal;
  /** Something that grows as the work goes on: tells a bad place from a bad link. */
  readonly done: () => number;
  readonly onParked: (because: string) => void;
  readonly onGo: () => void;
}

/** Calls `work` until it ends well or with what no waiting can mend, which is thrown. */
export async function throughBreaker<T>(
  deps: BreakerDeps,
  work: () => Promise<T>,
  tries: Tries,
): Promise<T> {
  const place = new SamePlace();
  for (;;) {
    if (await waitUntilClosed(deps, tries)) place.forget();
    tries.onGo();
    try {
      const result = await work();
      feed(deps, { type: 'succeeded', nowMs: deps.now() });
      return result;
    } catch (error) {
      if (!isOfTheLink(toFailure(error).code)) throw error;
      const tried = place.count(error, tries.done());
      if (await noteFailure(deps, error)) place.forget();
      else if (tried >= TRIES_IN_PLACE) throw stuck(error, tried);
      if (read(deps).name !== 'closed') continue;
      tries.onParked(`tried again after a pause: ${describeFailure(toFailure(error))}`);
      await pause(backOffMs(tried - 1, deps.settings), tries.signal);
    }
  }
}

/** INTERRUPTED and FENCED end the attempt: somebody else goes on. */
function isOfTheLink(code: Code): boolean {
  return failureClass({ code }) === 'transient' && code !== 'INTERRUPTED' && code !== 'FENCED';
}

class SamePlace {
  #last = '';
  #times = 0;

  count(error: unknown, done: number): number {
    const { code, path } = toFailure(error);
    const place = `${code}/${path ?? ''}/${done}`;
    this.#times = place === this.#last ? this.#times + 1 : 1;
    this.#last = place;
    return this.#times;
  }

  forget(): void {
    this.#times = 0;
  }
}

/** The link answers, and yet the same place fails: a bad disk, not a dropped link. */
function stuck(error: unknown, tried: number): LonghaulError {
  const failure = toFailure(error);
  return new LonghaulError(
    'STUCK',
    `${failure.message} [${failure.code}], ${tried} times in the same place while the link answered`,
    { ...(failure.path === undefined ? {} : { path: failure.path }), cause: error },
  );
}

/**
 * A failure is looked into at once: a link that does not answer parks everybody now. Returns whether
 * that is so.
 */
async function noteFailure(deps: BreakerDeps, error: unknown): Promise<boolean> {
  const because = toFailure(error).message;
  const { state } = feed(deps, { type: 'failed', nowMs: deps.now(), because });
  await tellChange(deps);
  if (state.name !== 'closed') return false;
  await probe(deps);
  return read(deps).name !== 'closed';
}

/** Returns whether the link was seen not to answer meanwhile. */
async function waitUntilClosed(deps: BreakerDeps, tries: Tries): Promise<boolean> {
  for (let wasDown = false; ;) {
    throwIfAborted(tries.signal);
    const { state, action, waitMs, because } = ask(deps);
    await tellChange(deps);
    if (state.name === 'closed') return wasDown;
    wasDown ||= state.probes > 0;
    tries.onParked(because);
    if (action === 'probe' && (await probe(deps))) continue;
    const nextLookMs = action === 'probe' ? deps.settings.probeIntervalMs : waitMs;
    await pause(Math.min(LOOK_EVERY_MS, nextLookMs), tries.signal);
  }
}

/** False when somebody else is at it. */
async function probe(deps: BreakerDeps): Promise<boolean> {
  const release = tryLock(deps.store.lockPath('probe'));
  if (release === undefined) return false;
  try {
    const { state, action } = ask(deps);
    if (state.name !== 'closed' && action !== 'probe') return false;
    feed(deps, { type: 'probe started', nowMs: deps.now() });
    const failed = await tryProbe(deps);
    if (failed === undefined) close(deps);
    else feed(deps, { type: 'probe failed', nowMs: deps.now(), because: failed });
  } finally {
    release();
  }
  await tellChange(deps);
  return true;
}

/** Why it failed. A tree that is gone answers: the steps say what is wrong with it. */
async function tryProbe({ probe }: BreakerDeps): Promise<string | undefined> {
  try {
    await probe();
    return undefined;
  } catch (error) {
    const failure = toFailure(error);
    return failureClass(failure) === 'transient' ? failure.message : undefined;
  }
}

/** The ledger first: a crash in between has it said again, with a later end. */
function close(deps: BreakerDeps): void {
  const { store } = deps;
  const before = read(deps);
  // A probe that answers does not wipe out failures of a closed breaker: a link can answer and yet drop.
  if (before.name === 'closed') return;
  const nowMs = deps.now();
  const since = new Date(before.sinceMs).toISOString();
  openLedger(store.ledgerPath).append({
    kind: 'outage',
    key: `outage/${since}`,
    because: before.because,
    since,
    until: new Date(nowMs).toISOString(),
    outageMs: nowMs - before.sinceMs,
  });
  feed(deps, { type: 'probe succeeded', nowMs });
}

function ask(deps: BreakerDeps): BreakerStep {
  return breakerStep(read(deps), { type: 'asked', nowMs: deps.now() }, deps.settings);
}

function read({ store }: BreakerDeps): BreakerState {
  return store.readLink<BreakerState>() ?? CLOSED;
}

function feed(deps: BreakerDeps, event: BreakerEvent): BreakerStep {
  let step: BreakerStep | undefined;
  deps.store.updateLink<BreakerState>((before) => {
    step = breakerStep(before ?? CLOSED, event, deps.settings);
    return step.state;
  });
  return step!;
}

const told = new Map<string, string>();

/** Each worker tells what it sees, so that a crash between a change and its report loses nothing. */
async function tellChange(deps: BreakerDeps): Promise<void> {
  const state = read(deps);
  const isOpen = state.name !== 'closed';
  const says = isOpen ? `open/${state.sinceMs}` : `closed/${state.outageMs}`;
  const { directory } = deps.store;
  if ((told.get(directory) ?? 'closed/0') === says) return;
  told.set(directory, says);
  const nowMs = deps.now();
  await deps
    .report({
      state: isOpen ? 'open' : 'closed',
      because: isOpen ? state.because : 'the link answers again',
      since: new Date(isOpen ? state.sinceMs : nowMs).toISOString(),
      outageMs: outageMs(state, nowMs),
    })
    .catch(() => told.delete(directory));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => throwIfAborted(signal));
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new LonghaulError('INTERRUPTED', 'The step was stopped while it waited');
}
