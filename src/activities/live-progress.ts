/** Live progress of a running step: its counters, its rate, and why it waits. */
import type { Tries } from './link/through-breaker.ts';
import type { StepName, StepProgress } from '../model/round.ts';

/** Heartbeat details, which src/client/live.ts reads. */
export interface LiveProgress extends Partial<Omit<StepProgress, 'step'>> {
  readonly step: StepName | 'close' | 'plan';
  readonly bytesPerSecond?: number;
  /** Why the step waits; absent while it works. */
  readonly parked?: string;
}

/** Time after which a sample of the rate weighs half. */
const HALF_LIFE_MS = 5_000;

export class ProgressMeter {
  readonly #step: LiveProgress['step'];
  readonly #now: () => number;
  #last: StepProgress | undefined;
  #lastAtMs = 0;
  #rate: number | undefined;
  #parked: string | undefined;

  constructor(step: LiveProgress['step'], now: () => number) {
    this.#step = step;
    this.#now = now;
  }

  add(progress: StepProgress): void {
    const now = this.#now();
    const elapsedMs = now - this.#lastAtMs;
    const bytes =
      transferredBytes(progress) - (this.#last === undefined ? 0 : transferredBytes(this.#last));
    if (this.#last !== undefined && elapsedMs > 0 && bytes >= 0) {
      const rate = (bytes / elapsedMs) * 1000;
      const old = 0.5 ** (elapsedMs / HALF_LIFE_MS);
      this.#rate = this.#rate === undefined ? rate : this.#rate * old + rate * (1 - old);
    }
    this.#last = progress;
    this.#lastAtMs = now;
  }

  #park(because: string): void {
    this.#parked = `parked: ${because}`;
    this.#rate = undefined;
    this.#last = undefined;
  }

  #goOn(): void {
    this.#parked = undefined;
  }

  /** Grows with every entry and byte of the current try. */
  get #done(): number {
    return (this.#last?.doneBytes ?? 0) + (this.#last?.doneEntries ?? 0);
  }

  /** Shows in the heartbeats why the work waits. */
  tries(): Pick<Tries, 'done' | 'onParked' | 'onGo'> {
    return {
      done: () => this.#done,
      onParked: (because) => this.#park(because),
      onGo: () => this.#goOn(),
    };
  }

  live(): LiveProgress {
    return {
      ...this.#last,
      step: this.#step,
      ...(this.#rate === undefined ? {} : { bytesPerSecond: Math.round(this.#rate) }),
      ...(this.#parked === undefined ? {} : { parked: this.#parked }),
    };
  }
}

function transferredBytes({ wireBytes, doneBytes }: StepProgress): number {
  return wireBytes ?? doneBytes;
}
