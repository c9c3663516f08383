/**
 * The clock of the sandbox, used by all its parts. Virtual time stops until it is advanced; scaled time
 * runs `speed` times as fast as the wall clock.
 */
export interface Clock {
  /** Milliseconds since the epoch, in sandbox time. */
  now(): number;
  /** Runs `action` when `delayMs` of sandbox time have passed. Returns a cancel function. */
  after(delayMs: number, action: () => void): () => void;
}

export class ScaledClock implements Clock {
  private readonly startedAt = Date.now();
  private readonly speed: number;

  constructor(speed: number) {
    this.speed = speed;
  }

  now(): number {
    return this.startedAt + (Date.now() - this.startedAt) * this.speed;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = setTimeout(action, Math.min(delayMs / this.speed, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  }
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

export class VirtualClock implements Clock {
  private time: number;
  private order = 0;
  private due: Due[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.time = startMs;
  }

  now(): number {
    return this.time;
  }

  after(delayMs: number, action: () => void): () => void {
    const due: Due = { at: this.time + Math.max(0, delayMs), order: this.order++, action };
    this.due.push(due);
    return () => {
      this.due = this.due.filter((other) => other !== due);
    };
  }

  /** Advances the time by `ms` and runs the actions that become due, in order. */
  advance(ms: number): void {
    const until = this.time + ms;
    for (let next = this.next(); next && next.at <= until; next = this.next()) {
      this.due = this.due.filter((other) => other !== next);
      this.time = next.at;
      next.action();
    }
    this.time = until;
  }

  private next(): Due | undefined {
    let first: Due | undefined;
    for (const due of this.due) {
      if (!first || due.at < first.at || (due.at === first.at && due.order < first.order))
        first = due;
    }
    return first;
  }
}
