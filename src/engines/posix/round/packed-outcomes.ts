/**
 * Encodes the outcomes of a batch for a journal, on the thread that produced them: one string crosses
 * threads instead of a hundred objects, and the main thread only appends it. The numbers on which the
 * main thread decides are sent with it. Copies have an encoding of their own; see packed-copies.ts.
 */
import type { RawPath } from '../../../paths.ts';
import type { Digest } from './digest.ts';
import type { EntryOutcome, OutcomeKind } from './outcome.ts';
import type { FileStat } from '../native/file-stat.ts';

export interface PackedBatch {
  /** Journal row without the directory: fields of a JSON object. */
  readonly row: string;
  readonly count: number;
  readonly counts: Readonly<Partial<Record<OutcomeKind, number>>>;
  readonly bytes: number;
  /** The outcomes with a failure. */
  readonly failed: readonly EntryOutcome[];
  /** Digests of files that have several names. */
  readonly linked: readonly { readonly name: RawPath; readonly digest: Digest }[];
}

/** An outcome without field names. The order is frozen. */
export type PackedOutcome = readonly [
  name: RawPath,
  outcome: OutcomeKind,
  bytes: number,
  digest: Digest | 0,
  stat: PackedStat | 0,
  failure?: EntryOutcome['failure'],
];
type PackedStat = readonly [
  mode: number,
  sizeBytes: number,
  mtimeSeconds: number,
  mtimeNanoseconds: number,
  ctimeSeconds: number,
  ctimeNanoseconds: number,
  inode: string,
  nlink: number,
  uid: number,
  gid: number,
];

export function packBatch(outcomes: readonly EntryOutcome[]): PackedBatch {
  const counts: Partial<Record<OutcomeKind, number>> = {};
  const failed: EntryOutcome[] = [];
  const linked: { name: RawPath; digest: Digest }[] = [];
  let bytes = 0;
  for (const outcome of outcomes) {
    const { name, digest, stat } = outcome;
    counts[outcome.outcome] = (counts[outcome.outcome] ?? 0) + 1;
    bytes += outcome.bytes;
    if (outcome.failure) failed.push(outcome);
    if (digest && stat && stat.nlink > 1) linked.push({ name, digest });
  }
  const row = `"o":${JSON.stringify(outcomes.map(packOutcome))}`;
  return { row, count: outcomes.length, counts, bytes, failed, linked };
}

export function packOutcome(outcome: EntryOutcome): PackedOutcome {
  const { name, bytes, digest, stat, failure } = outcome;
  const packed = [name, outcome.outcome, bytes, digest ?? 0, stat ? packStat(stat) : 0] as const;
  return failure ? [...packed, failure] : packed;
}

export function unpackOutcome([
  name,
  outcome,
  bytes,
  digest,
  stat,
  failure,
]: PackedOutcome): EntryOutcome {
  return {
    name,
    outcome,
    bytes,
    ...(digest === 0 ? {} : { digest }),
    ...(stat === 0 ? {} : { stat: unpackStat(stat) }),
    ...(failure ? { failure } : {}),
  };
}

function packStat(stat: FileStat): PackedStat {
  return [
    stat.mode,
    stat.sizeBytes,
    stat.mtimeSeconds,
    stat.mtimeNanoseconds,
    stat.ctimeSeconds,
    stat.ctimeNanoseconds,
    stat.inode,
    stat.nlink,
    stat.uid,
    stat.gid,
  ];
}

function unpackStat(packed: PackedStat): FileStat {
  const [mode, sizeBytes, mtimeSeconds, mtimeNanoseconds, ctimeSeconds, ...rest] = packed;
  const [ctimeNanoseconds, inode, nlink, uid, gid] = rest;
  return {
    ...{ mode, sizeBytes, mtimeSeconds, mtimeNanoseconds, ctimeSeconds, ctimeNanoseconds },
    ...{ inode, nlink, uid, gid },
  };
}
