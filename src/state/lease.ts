/**
 * Fencing token of a chunk: an epoch that only grows. Acquiring a lease invalidates all earlier ones;
 * their holders notice at their next check and write nothing more.
 */
import { join } from 'node:path';
import { LonghaulError } from '../errors/failure.ts';
import { readJson, writeJsonAtomic } from './atomic-file.ts';
import { withLock } from './flock.ts';
import { hasFields, isText, type Check } from './shape.ts';

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

// An epoch that was guessed from a damaged file would fence nobody.
const isEpoch: Check<number> = (value): value is number => Number.isSafeInteger(value);
const isLeaseFile = hasFields<LeaseFile>({ epoch: isEpoch, holder: isText });

/** `directory` is the chunk's; `holder` names the worker, for people. Throws STATE_DAMAGED. */
export function acquireLease(directory: string, holder: string): Lease {
  const file = join(directory, 'lease.json');
  const epoch = withLock(join(directory, 'lease.lock'), () => {
    const next = (readJson(file, isLeaseFile)?.epoch ?? 0) + 1;
    writeJsonAtomic(file, { epoch: next, holder } satisfies LeaseFile);
    return next;
  });
  return {
    epoch,
    check() {
      const now = readJson(file, isLeaseFile);
      if (now?.epoch === epoch) return;
      const by = now?.holder ?? 'an unknown worker';
      throw new LonghaulError('FENCED', `The chunk was taken over by ${by}`, { path: directory });
    },
  };
}
