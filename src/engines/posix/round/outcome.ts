/** The outcome of one entry in a step. Plain data: it crosses threads and is stored in journals. */
import { CODES } from '../../../errors/codes.ts';
import { toFailure, type Failure } from '../../../errors/failure.ts';
import type { RawPath } from '../../../paths.ts';
import type { Digest } from './digest.ts';
import type { FileStat } from '../native/file-stat.ts';

export type OutcomeKind =
  | 'copied' // complete under its name, with its metadata
  | 'drifted' // the source keeps changing; the next round copies it
  | 'vanished' // gone at the source
  | 'blocked' // needs a person
  | 'verified' // read back and equal
  | 'corrupt' // read back and different, though the source has not changed
  | 'absent'; // not at the destination

export interface EntryOutcome {
  readonly name: RawPath;
  readonly outcome: OutcomeKind;
  readonly bytes: number;
  readonly digest?: Digest;
  /** Stat of the source when it was copied. */
  readonly stat?: FileStat;
  readonly failure?: Failure;
}

/** Converts a failure to the outcome of an entry. Throws it again if it concerns the link. */
export function outcomeOf(name: RawPath, thrown: unknown): EntryOutcome {
  const failure = toFailure(thrown);
  const { class: kind } = CODES[failure.code];
  if (failure.code === 'VANISHED') return { name, outcome: 'vanished', bytes: 0 };
  if (kind === 'changed') return { name, outcome: 'drifted', bytes: 0, failure };
  if (kind === 'person') return { name, outcome: 'blocked', bytes: 0, failure };
  throw thrown;
}
