/**
 * What a step does with the breakers of its link: while they are open it waits inside its activity, one
 * step probes at a time, and no attempt is used up. Where the link has lanes, a step waits only for those
 * that will do for it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeFailure, failureClass, LonghaulError, toFailure } from '../errors/failure.ts';
import { type Code } from '../errors/codes.ts';
import { throwIfAborted } from '../errors/interrupted.ts';
import { backOffMs } from '../policy/link/breaker.ts';
import { feed, isClosed, probe, tellChange, wayNow, type LinkDeps } from './link.ts';

/** How soon a waiting step sees that another worker has closed the breaker. */
const LOOK_EVERY_MS = 1_000;
const STOPPED = 'The step was stopped while it waited';
/** Failures in one place, with a link that answers each time, before a person has to look. */
export const TRIES_IN_PLACE = 6;

export interface Tries {
  readonly signal: AbortSignal;
  /** Any of these will do; none: it needs the link alone. */
  readonly lanes?: () => readonly string[];
  /** Something that grows as the work goes on: tells a bad place from a bad link. */
  readonly done: () => number;
  readonly onParked: (because: string) => void;
  readonly onGo: () => void;
}

/** Calls `work` until it ends well or with what no waiting can mend, which is thrown. */
export async function throughBreaker<T>(
  deps: LinkDeps,
  work: () => Promise<T>,
  tries: Tries,
): Promise<T> {
  const leave = lookAtLanes(deps);
  try {
    return await tryUntilDone(deps, work, tries);
  } finally {
    await leave();
  }
}

async function tryUntilDone<T>(deps: LinkDeps, work: () => Promise<T>, tries: Tries): Promise<T> {
  const place = new SamePlace();
  for (;;) {
    if (await waitForAWay(deps, tries)) place.forget();
    tries.onGo();
    try {
      const result = await work();
      for (const lane of [undefined, ...lanesOf(tries)])
        feed(deps, lane, { type: 'succeeded', nowMs: deps.now() });
      return result;
    } catch (error) {
      if (!isOfTheLink(toFailure(error).code)) throw error;
      const tried = place.count(error, tries.done());
      if (await noteFailure(deps, error)) {
        place.forget();
        continue;
      }
      if (tried >= TRIES_IN_PLACE) throw stuck(error, tried);
      if (wayNow(deps, lanesOf(tries)).action !== 'go') continue;
      tries.onParked(`tried again after a pause: ${describeFailure(toFailure(error))}`);
      await pause(backOffMs(tried - 1, deps.settings), tries.signal);
    }
  }
}

const lanesOf = ({ lanes }: Tries): readonly string[] => lanes?.() ?? [];

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
 * A failure is looked into at once: a link, or a lane, that does not answer parks everybody now. Returns
 * whether that is so.
 */
async function noteFailure(deps: LinkDeps, error: unknown): Promise<boolean> {
  const because = toFailure(error).message;
  const { lanes = [] } = error as Partial<LonghaulError>;
  const concerned = lanes.length === 0 ? [undefined] : lanes;
  for (const lane of concerned) feed(deps, lane, { type: 'failed', nowMs: deps.now(), because });
  await tellChange(deps);
  const looked = concerned.filter((lane) => isClosed(deps, lane));
  for (const lane of looked) await probe(deps, lane);
  return looked.some((lane) => !isClosed(deps, lane));
}

/** Returns whether a probe has failed meanwhile. */
async function waitForAWay(deps: LinkDeps, tries: Tries): Promise<boolean> {
  for (let wasDown = false; ;) {
    throwIfAborted(tries.signal, STOPPED);
    const { action, lane, waitMs, because, probes } = wayNow(deps, lanesOf(tries));
    await tellChange(deps);
    if (action === 'go') return wasDown;
    wasDown ||= probes > 0;
    tries.onParked(because);
    if (action === 'probe' && (await probe(deps, lane))) continue;
    const nextLookMs = action === 'probe' ? deps.settings.probeIntervalMs : waitMs;
    await pause(Math.min(LOOK_EVERY_MS, nextLookMs), tries.signal);
  }
}

/**
 * Nobody may be waiting for a lane that is away, where others do its work: those that work look at it, so
 * that its outage is seen, and its end. Call what is returned when the work is over.
 */
function lookAtLanes(deps: LinkDeps): () => Promise<void> {
  const over = new AbortController();
  const look = async (): Promise<void> => {
    for (;;) {
      await pause(deps.settings.probeIntervalMs, over.signal);
      for (const lane of deps.lanes?.()?.names ?? [])
        await probe(deps, lane).catch(() => undefined);
    }
  };
  const ended = look().catch(() => undefined);
  return () => {
    over.abort();
    return ended;
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => throwIfAborted(signal, STOPPED));
}
