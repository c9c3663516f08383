/** The clock of the engine: the wall clock, or a virtual one in tests. */
import { setTimeout as wait } from 'node:timers/promises';
import { interrupted } from '../../../errors/interrupted.ts';

export interface Time {
  /** Milliseconds since 1970. */
  now(): number;
  /** Throws INTERRUPTED when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const WALL_CLOCK: Time = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw interrupted(error);
    }
  },
};
