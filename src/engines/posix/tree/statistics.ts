/** Statistics of a tree for an assessment. Plain data: each thread counts its own, and sums are added. */
import { comparePaths, type RawPath } from '../../../paths.ts';
import type { EntryFailure } from '../threads/messages.ts';

const MAX_SAMPLES = 20;
const SIZE_CLASSES = 64;

/** The largest value of a kind, and the path that has it. */
export interface Extreme {
  readonly value: number;
  readonly path: RawPath;
}

const EXTREMES = [
  'longestNameBytes',
  'longestPathBytes',
  'longestSymlinkTargetBytes',
  'deepestLevel',
  'mostLinks',
  'largestFileBytes',
] as const;
export type Extremes = Record<(typeof EXTREMES)[number], Extreme>;

export interface TreeStatistics {
  directories: number;
  entries: number;
  /** Size of the regular files; a file counts once per hard link. */
  bytes: number;
  readonly kinds: Record<string, number>;
  /** [i] = number of regular files of at least 2^(i-1) and less than 2^i bytes; [0] = empty ones. */
  readonly sizeHistogram: number[];
  readonly sizeHistogramBytes: number[];
  excluded: number;
  sparseFiles: number;
  /** Allocated size of the sparse files. */
  sparseAllocatedBytes: number;
  /** Size of the sparse files less their allocated size. */
  sparseHoleBytes: number;
  notUtf8Names: number;
  specialFiles: number;
  unreadable: number;
  readonly extremes: Extremes;
  readonly widest: Extreme[];
  readonly deepest: Extreme[];
  /** At most 20 samples each. */
  readonly unreadableSamples: EntryFailure[];
  readonly specialSamples: { readonly path: RawPath; readonly kind: string }[];
  readonly notUtf8Samples: RawPath[];
  readonly mountPoints: RawPath[];
}

/** Fields that are plain sums. */
const COUNTS = [
  ...(['directories', 'entries', 'bytes', 'excluded', 'sparseFiles'] as const),
  ...(['sparseAllocatedBytes', 'sparseHoleBytes'] as const),
  ...(['notUtf8Names', 'specialFiles', 'unreadable'] as const),
];
type Counts = Pick<TreeStatistics, (typeof COUNTS)[number]>;

export function emptyStatistics(): TreeStatistics {
  const none: Extreme = { value: 0, path: '' };
  return {
    ...(Object.fromEntries(COUNTS.map((name) => [name, 0])) as unknown as Counts),
    kinds: {},
    sizeHistogram: Array<number>(SIZE_CLASSES).fill(0),
    sizeHistogramBytes: Array<number>(SIZE_CLASSES).fill(0),
    extremes: Object.fromEntries(EXTREMES.map((name) => [name, none])) as Extremes,
    widest: [],
    deepest: [],
    unreadableSamples: [],
    specialSamples: [],
    notUtf8Samples: [],
    mountPoints: [],
  };
}

/** Returns the index of a size in a size histogram. */
export function histogramIndex(sizeBytes: number): number {
  return sizeBytes === 0 ? 0 : Math.min(SIZE_CLASSES - 1, Math.floor(Math.log2(sizeBytes)) + 1);
}

/** Keeps the first 20 samples. */
export function addSample<T>(samples: T[], value: T): void {
  if (samples.length < MAX_SAMPLES) samples.push(value);
}

/** Keeps the 20 largest values, the largest first; equal ones by path. */
export function keepLargest(list: Extreme[], value: Extreme): void {
  const last = list[MAX_SAMPLES - 1];
  if (last && last.value >= value.value) return;
  list.push(value);
  list.sort((a, b) => b.value - a.value || comparePaths(a.path, b.path));
  list.length = Math.min(list.length, MAX_SAMPLES);
}

export function addStatistics(into: TreeStatistics, from: TreeStatistics): void {
  for (const name of COUNTS) into[name] += from[name];
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
  for (const failure of from.unreadableSamples) addSample(into.unreadableSamples, failure);
  for (const special of from.specialSamples) addSample(into.specialSamples, special);
  for (const list of ['notUtf8Samples', 'mountPoints'] as const) {
    for (const path of from[list]) addSample(into[list], path);
  }
}
