/**
 * Limits on waiting for what an execution should do without help: leave LAUNCHING, and write its report.
 * Both count from the first observation, because the clock of the service is a different one.
 */
import type { ExecutionDescription } from '../service/api.ts';

/** DataSync writes the report after the execution has ended; it is the only source about single entries. */
const MAX_REPORT_WAIT_MS = 15 * 60_000;

export class ReportTimeout {
  private sinceMs: number | undefined;

  isWorthWaiting({ ReportResult }: ExecutionDescription, now: number): boolean {
    if (ReportResult?.Status !== 'PENDING') return false;
    this.sinceMs ??= now;
    return now - this.sinceMs < MAX_REPORT_WAIT_MS;
  }
}

/** An execution that stays in LAUNCHING although its agent is online blocks the agent indefinitely. */
export class LaunchTimeout {
  private readonly limitMs: number;
  private sinceMs: number | undefined;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
  }

  isExceeded({ Status }: ExecutionDescription, now: number): boolean {
    if (Status !== 'LAUNCHING') return false;
    this.sinceMs ??= now;
    return now - this.sinceMs >= this.limitMs;
  }
}
