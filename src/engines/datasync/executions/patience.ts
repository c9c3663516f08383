/** How long is waited for what an execution should do by itself: leave LAUNCHING, and put its report. */
import type { Described } from '../service/api.ts';

/** The report comes after the end; without it nobody knows of single entries. */
const REPORT_COMES_MS = 15 * 60_000;

export class ReportPatience {
  private sinceMs: number | undefined;

  isWorthwhile({ ReportResult }: Described, now: number): boolean {
    if (ReportResult?.Status !== 'PENDING') return false;
    this.sinceMs ??= now;
    return now - this.sinceMs < REPORT_COMES_MS;
  }
}

/** An execution that stays in LAUNCHING with its agent online blocks the agent for ever. */
export class Watchdog {
  private readonly limitMs: number;
  private sinceMs: number | undefined;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
  }

  /** Counted from when it was first seen so: the service's clock is another one. */
  isStuck({ Status }: Described, now: number): boolean {
    if (Status !== 'LAUNCHING') return false;
    this.sinceMs ??= now;
    return now - this.sinceMs >= this.limitMs;
  }
}
