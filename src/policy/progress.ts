/** Folds what the running steps report into one snapshot: sums, rates, and a time left when that means something. */

export interface StepReport {
  readonly doneEntries: number;
  readonly totalEntries?: number | undefined;
  readonly doneBytes: number;
  readonly totalBytes?: number | undefined;
}

/** The sum of all reports at one moment. */
export interface ProgressSample extends StepReport {
  readonly atMs: number;
}

export interface Snapshot extends StepReport {
  readonly bytesPerSecond: number | undefined;
  readonly entriesPerSecond: number | undefined;
  /** Milliseconds left; undefined with the reason in `because`. */
  readonly leftMs: number | undefined;
  readonly because: string;
}

/** Below this share nobody can tell how long the rest takes. */
const LEAST_SHARE = 0.01;
/** Rates are of the last minute: a short stall shows, a single large file does not. */
const RATE_WINDOW_MS = 60_000;
const LEAST_WINDOW_MS = 2000;

/** Adds up the reports; a total is known only when every report knows its own. */
export function sumReports(reports: readonly StepReport[], atMs: number): ProgressSample {
  const sum = (of: (report: StepReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const sumKnown = (of: (report: StepReport) => number | undefined) =>
    reports.length > 0 && reports.every((report) => of(report) !== undefined)
      ? sum((report) => of(report) ?? 0)
      : undefined;
  return {
    atMs,
    doneEntries: sum((report) => report.doneEntries),
    totalEntries: sumKnown((report) => report.totalEntries),
    doneBytes: sum((report) => report.doneBytes),
    totalBytes: sumKnown((report) => report.totalBytes),
  };
}

/** Keeps the samples that rates are taken from. When a step ends and the sums drop, it begins anew. */
export function keepSamples(
  samples: readonly ProgressSample[],
  next: ProgressSample,
): readonly ProgressSample[] {
  const last = samples.at(-1);
  const dropped =
    last !== undefined && (next.doneBytes < last.doneBytes || next.doneEntries < last.doneEntries);
  if (dropped) return [next];
  const recent = samples.filter(({ atMs }) => atMs >= next.atMs - RATE_WINDOW_MS);
  return [...(recent.length > 0 ? recent : samples.slice(-1)), next];
}

/** `waiting`: why nothing moves, when something is known to hold it. */
export function snapshot(samples: readonly ProgressSample[], waiting?: string): Snapshot {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) {
    const none = { bytesPerSecond: undefined, entriesPerSecond: undefined, leftMs: undefined };
    return { doneEntries: 0, doneBytes: 0, ...none, because: waiting ?? 'nothing is running' };
  }
  const spanMs = last.atMs - first.atMs;
  const perSecond = (done: number) =>
    spanMs >= LEAST_WINDOW_MS ? (done / spanMs) * 1000 : undefined;
  const bytesPerSecond = perSecond(last.doneBytes - first.doneBytes);
  const entriesPerSecond = perSecond(last.doneEntries - first.doneEntries);
  const { doneEntries, totalEntries, doneBytes, totalBytes } = last;
  const counts = { doneEntries, totalEntries, doneBytes, totalBytes };
  const rates = { bytesPerSecond, entriesPerSecond };
  return { ...counts, ...rates, ...timeLeft({ ...counts, ...rates }, waiting) };
}

type Left = Pick<Snapshot, 'leftMs' | 'because'>;

function timeLeft(now: Omit<Snapshot, 'leftMs' | 'because'>, waiting: string | undefined): Left {
  if (waiting !== undefined) return { leftMs: undefined, because: waiting };
  const { doneBytes, totalBytes, doneEntries, totalEntries } = now;
  if (totalBytes === undefined || totalEntries === undefined) {
    return { leftMs: undefined, because: 'how much there is to do is not known yet' };
  }
  const leftBytes = Math.max(0, totalBytes - doneBytes);
  const leftEntries = Math.max(0, totalEntries - doneEntries);
  if (leftBytes === 0 && leftEntries === 0) return { leftMs: 0, because: 'all is done' };
  const byBytes = leftOf(leftBytes, now.bytesPerSecond);
  const byEntries = leftOf(leftEntries, now.entriesPerSecond);
  if (byBytes === undefined || byEntries === undefined) {
    return { leftMs: undefined, because: 'nothing has moved lately' };
  }
  const share = byBytes >= byEntries ? doneBytes / totalBytes : doneEntries / totalEntries;
  if (share < LEAST_SHARE) return { leftMs: undefined, because: 'too little is done to tell' };
  return byBytes >= byEntries
    ? { leftMs: byBytes, because: 'the bytes decide' }
    : { leftMs: byEntries, because: 'the number of entries decides' };
}

/** 0 when nothing is left, undefined when something is and nothing moves. */
function leftOf(left: number, perSecond: number | undefined): number | undefined {
  if (left === 0) return 0;
  return perSecond === undefined || perSecond <= 0 ? undefined : (left / perSecond) * 1000;
}
