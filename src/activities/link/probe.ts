import { failureClass, toFailure } from '../../errors/failure.ts';
import type { LaneName } from '../../policy/link/lanes.ts';

/** Throws if the link, the lane, or one of its trees, does not answer. */
export type Probe = (lane: LaneName) => Promise<void>;

/**
 * Returns why the link or lane does not answer; undefined if it does. A tree that is missing counts as
 * an answer: the steps report what is wrong with it.
 */
export async function probeFailure(probe: Probe, lane: LaneName): Promise<string | undefined> {
  try {
    await probe(lane);
    return undefined;
  } catch (error) {
    const failure = toFailure(error);
    return failureClass(failure) === 'transient' ? failure.message : undefined;
  }
}
