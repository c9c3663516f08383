/**
 * Rights to write for one chunk: a number that only grows. Whoever acquires it takes it from
 * everybody before; those notice at their next check and write nothing more.
 */
import { join } from 'node:path';
import type { Lease } from '../engines/engine.ts';
import { LonghaulError } from '../errors.ts';
import { readJson, writeJsonAtomic } from './atomic-file.ts';
import { withLock } from './flock.ts';

interface LeaseFile {
  readonly epoch: number;
  readonly holder: string;
}

/** `directory` is the chunk's; `holder` says who, for people. */
export function acquireLease(directory: string, holder: string): Lease {
  const file = join(directory, 'lease.json');
  const epoch = withLock(join(directory, 'lease.lock'), () => {
    const next = (readJson<LeaseFile>(file)?.epoch ?? 0) + 1;
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
