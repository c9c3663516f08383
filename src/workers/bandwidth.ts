/** Limits the bandwidth of an engine: by operators' settings and the calendar, divided by the live workers. */
import type { MigrationRecord } from '../state/migration-record.ts';
import type { Engine } from '../engines/engine.ts';
import type { MigrationStore } from '../state/migration-store.ts';
import { bandwidthNow, type BandwidthFacts } from '../policy/link/bandwidth.ts';
import { parseRate } from '../units.ts';

/** A worker that has not registered for this long has no share. */
const WORKER_MAX_AGE_MS = 10_000;

/** Returns bytes per second for this worker; undefined for no limit. */
export function bandwidthShare(
  store: MigrationStore,
  { spec }: MigrationRecord,
  now: number,
): number | undefined {
  const { bandwidth } = store.readControls();
  const override = bandwidth === 'none' ? 'none' : parseRate(bandwidth ?? '');
  const liveWorkers = store.liveWorkers(WORKER_MAX_AGE_MS, now).length;
  const facts: BandwidthFacts = {
    now,
    liveWorkers,
    ...(override === undefined ? {} : { override }),
  };
  return bandwidthNow(facts, spec.link).bytesPerSecond;
}

export class BandwidthKeeper {
  readonly #engine: Engine;
  #last: number | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  set(bytesPerSecond: number | undefined): void {
    if (bytesPerSecond === this.#last) return;
    this.#last = bytesPerSecond;
    this.#engine.adjust(bytesPerSecond);
  }
}
