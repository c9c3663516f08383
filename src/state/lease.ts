/**
 * Rights to write for one chunk: a number that only grows. Whoever acquires it takes it from
 * everybody before; those notice at their next check and write nothing more.
 */
import { join } from 'node:path';
import { LonghaulError } from '../errors/failure.ts';
import { readJson, writeJsonAtomic } from './atomic-file.ts';
import { withLock } from './flock.ts';

/** The right to write for one chunk. A lost lease means that another worker has taken over. */
export interface Lease {
  readonly epoch: number;
  /** Throws FENCED when a newer epoch exists. Reads the state directory: call it per batch, not per file. */
  check(): void;
}

interface LeaseFile {
  readonly epoch: number;
  readonly holder: string;
}

/** `directory` is the chunk's; `holder` says who, for people. */
export function acquireLease(directory: string, holder: string): Lease {
  const file = join(directory, 'lease.json');
  const epoch = withLock(join(directory, 'lease.lock'), () => {
    const next = lastEpoch(file) + 1;
    writeJsonAtomic(file, { epoch: next, holder } satisfies LeaseFile);
    return next;
  });
  return {
    epoch,
    check() {
      const now = readJson<LeaseFile>(file);
      if (now?.epoch !== epoch) {
        throw new LonghaulError(
          'FENCED',
          `The chunk was taken over by ${now?.holder ?? 'nobody'}`,
          { path: directory },
        );
      }
    },
  };
}

/** A guessed epoch would fence nobody. */
function lastEpoch(file: string): number {
  const lease = readJson<Partial<LeaseFile>>(file);
  if (lease === undefined) return 0;
  if (Number.isSafeInteger(lease.epoch)) return lease.epoch!;
  throw new LonghaulError('STATE_DAMAGED', `${file} names no epoch`, { path: file });
}
