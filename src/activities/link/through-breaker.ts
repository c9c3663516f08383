/**
 * Runs the work of an activity over a link that may drop. While its breakers are open, the work waits
 * inside its activity and uses up no attempt; one step probes at a time. Where the link has lanes, the
 * work waits only for those that it can use.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeFailure, failureClass, LonghaulError, toFailure } from '../../errors/failure.ts';
import type { Code } from '../../errors/codes.ts';
import { throwIfAborted } from '../../errors/interrupted.ts';
import { backOffMs } from '../../policy/link/breaker.ts';
import type { Link } from './link.ts';

/** Delay after which a waiting step notices that another worker has closed the breaker. */
const POLL_INTERVAL_MS = 1_000;
const STOPPED = 'The step was stopped while it waited';
/** Failures in one place, while the link answers, after which a person has to look. */
export const MAX_TRIES_IN_PLACE = 6;

export interface Tries {
  readonly signal: AbortSignal;
  /** Lanes that the work can use; empty or absent: it needs the link alone. */
  readonly lanes?: () => readonly string[];
  /** Returns a number that grows as the work proceeds: tells a bad place from a bad link. */
  readonly done: () => number;
  readonly onParked: (because: string) => void;
  readonly onGo: () => void;
}

/** Calls `work` until it succeeds. Throws a failure that waiting cannot fix. */
export async function throughBreaker<T>(
  link: Link,
  work: () => Promise<T>,
  tries: Tries,
): Promise<T> {
  const stop = probeIdleLanes(link);
  try {
    return await tryUntilDone(link, work, tries);
  } finally {
    await stop();
  }
}

async function tryUntilDone<T>(link: Link, work: () => Promise<T>, tries: Tries): Promise<T> {
  const place = new FailingPlace();
  for (;;) {
    if (await waitForLink(link, tries)) place.forget();
    tries.onGo();
    try {
      const result = await work();
      link.recordSuccess(lanesOf(tries));
      return result;
    } catch (error) {
      await waitAfter(error, { link, place, tries });
    }
  }
}

interface Attempt {
  readonly link: Link;
  readonly place: FailingPlace;
  readonly tries: Tries;
}

/** Returns when the work can be tried again. Throws a failure that waiting cannot fix. */
async function waitAfter(error: unknown, { link, place, tries }: Attempt): Promise<void> {
  const failure = toFailure(error);
  if (!concernsTheLink(failure.code)) throw error;
  const tried = place.count(error, tries.done());
  const { lanes = [] } = error as Partial<LonghaulError>;
  if (await link.recordFailure(lanes, failure.message)) return place.forget();
  if (tried >= MAX_TRIES_IN_PLACE) throw stuck(error, tried);
  if ((await link.decide(lanesOf(tries))).action !== 'go') return;
  tries.onParked(`tried again after a pause: ${describeFailure(failure)}`);
  await pause(backOffMs(tried - 1, link.settings), tries.signal);
}

const lanesOf = ({ lanes }: Tries): readonly string[] => lanes?.() ?? [];

/** INTERRUPTED and FENCED end the attempt: another attempt or worker continues. */
function concernsTheLink(code: Code): boolean {
  return failureClass({ code }) === 'transient' && code !== 'INTERRUPTED' && code !== 'FENCED';
}

/** Counts failures in a row with the same code, at the same path, without progress in between. */
class FailingPlace {
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

/** Returns true if a probe failed while it waited. */
async function waitForLink(link: Link, tries: Tries): Promise<boolean> {
  for (let wasDown = false; ;) {
    throwIfAborted(tries.signal, STOPPED);
    const { action, lane, waitMs, because, probes } = await link.decide(lanesOf(tries));
    if (action === 'go') return wasDown;
    wasDown ||= probes > 0;
    tries.onParked(because);
    if (action === 'probe' && (await link.probe(lane))) continue;
    const nextLookMs = action === 'probe' ? link.settings.probeIntervalMs : waitMs;
    await pause(Math.min(POLL_INTERVAL_MS, nextLookMs), tries.signal);
  }
}

/**
 * Probes all lanes while other work runs: the outage of a lane that no step waits for, and its end,
 * would never be detected otherwise. Call the returned function when the work is over.
 */
function probeIdleLanes(link: Link): () => Promise<void> {
  const over = new AbortController();
  const probeForEver = async (): Promise<void> => {
    for (;;) {
      await pause(link.settings.probeIntervalMs, over.signal);
      for (const lane of link.laneNames) await link.probe(lane).catch(() => undefined);
    }
  };
  const ended = probeForEver().catch(() => undefined);
  return () => {
    over.abort();
    return ended;
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => throwIfAborted(signal, STOPPED));
}
