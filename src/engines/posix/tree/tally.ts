/** What an assessment counts: each thread counts its own, and tallies add up. Plain data. */
import { comparePaths, type RawPath } from '../../../paths.ts';
import type { EntryFailure } from '../threads/messages.ts';

const SAMPLES = 20;

/** The largest of something, and where it is. */
export interface Extreme {
  readonly value: number;
  readonly path: RawPath;
}

export const EXTREMES = [
  'longestNameBytes',
  'longestPathBytes',
  'longestSymlinkTargetBytes',
  'deepestLevel',
  'mostLinks',
  'largestFileBytes',
] as const;

export interface Tally {
  directories: number;
  entries: number;
  /** Of the regular files, each hard link counted. */
  bytes: number;
  readonly kinds: Record<string, number>;
  /** [i] = regular files of at least 2^(i-1) and less than 2^i bytes; [0] = empty ones. */
  readonly sizeHistogram: number[];
  readonly sizeHistogramBytes: number[];
  excluded: number;
  sparseFiles: number;
  /** What the sparse files take on disk. */
  sparseAllocatedBytes: number;
  /** Their size less that. */
  sparseHoleBytes: number;
  notUtf8Names: number;
  specialFiles: number;
  unreadable: number;
  readonly extremes: Record<(typeof EXTREMES)[number], Extreme>;
  readonly widest: Extreme[];
  readonly deepest: Extreme[];
  /** At most 20 samples each. */
  readonly unreadableSamples: EntryFailure[];
  readonly specialSamples: { readonly path: RawPath; readonly kind: string }[];
  readonly notUtf8Samples: RawPath[];
  readonly mountPoints: RawPath[];
}

export function emptyTally(): Tally {
  const none: Extreme = { value: 0, path: '' };
  return {
    ...{ directories: 0, entries: 0, bytes: 0, excluded: 0, sparseFiles: 0 },
    ...{
      sparseAllocatedBytes: 0,
      sparseHoleBytes: 0,
      notUtf8Names: 0,
      specialFiles: 0,
      unreadable: 0,
    },
    kinds: {},
    sizeHistogram: Array<number>(64).fill(0),
    sizeHistogramBytes: Array<number>(64).fill(0),
    extremes: Object.fromEntries(EXTREMES.map((name) => [name, none])) as Tally['extremes'],
    ...{ widest: [], deepest: [], unreadableSamples: [], specialSamples: [] },
    ...{ notUtf8Samples: [], mountPoints: [] },
  };
}

/** Which element of a size histogram a size belongs to. */
export function histogramIndex(sizeBytes: number): number {
  return sizeBytes === 0 ? 0 : Math.min(63, Math.floor(Math.log2(sizeBytes)) + 1);
}

export function sample<T>(samples: T[], value: T): void {
  if (samples.length < SAMPLES) samples.push(value);
}

/** Keeps the 20 largest, largest first; ties by path. */
export function keepLargest(list: Extreme[], value: Extreme): void {
  const last = list[SAMPLES - 1];
  if (last && last.value >= value.value) return;
  list.push(value);
  list.sort((a, b) => b.value - a.value || comparePaths(a.path, b.path));
  list.length = Math.min(list.length, SAMPLES);
}

export function addTally(into: Tally, from: Tally): void {
  for (const name of [
    ...(['directories', 'entries', 'bytes', 'excluded', 'sparseFiles'] as const),
    ...(['sparseAllocatedBytes', 'sparseHoleBytes'] as const),
    ...(['notUtf8Names', 'specialFiles', 'unreadable'] as const),
  ]) {
    into[name] += from[name];
  }
  for (const [kind, count] of Object.entries(from.kinds)) {
    into.kinds[kind] = (into.kinds[kind] ?? 0) + count;
  }
  from.sizeHistogram.forEach((count, i) => (into.sizeHistogram[i]! += count));
  from.sizeHistogramBytes.forEach((bytes, i) => (into.sizeHistogramBytes[i]! += bytes));
  for (const name of EXTREMES) {
    if (from.extremes[name].value > into.extremes[name].value) {
      into.extremes[name] = from.extremes[name];
    }
  }
  for (const list of ['widest', 'deepest'] as const) {
    for (const extreme of from[list]) keepLargest(into[list], extreme);
  }
  for (const failure of from.unreadableSamples) sample(into.unreadableSamples, failure);
  for (const special of from.specialSamples) sample(into.specialSamples, special);
  for (const list of ['notUtf8Samples', 'mountPoints'] as const) {
    for (const path of from[list]) sample(into[list], path);
  }
}
