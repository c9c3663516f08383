/**
 * Reports the condition of a link to its migration. Each worker reports what it sees, so that a crash
 * between a change and its report loses nothing.
 */
import { outageMs } from '../../policy/link/breaker.ts';
import { breakerOf, laneReports, type LaneFacts, type LinkState } from '../../policy/link/lanes.ts';
import type { LinkReport } from '../../protocol/reports.ts';

export type SendReport = (report: LinkReport) => Promise<void>;

export class LinkReporter {
  readonly #send: SendReport;
  #reported = '';
  #sending: Promise<void> = Promise.resolve();

  constructor(send: SendReport) {
    this.#send = send;
  }

  /**
   * Sends a report if the condition has changed since the last one. Sends one at a time: an older
   * report that arrived last would hold the cutover for ever.
   */
  async report(
    link: LinkState | undefined,
    lanes: LaneFacts | undefined,
    nowMs: number,
  ): Promise<void> {
    const report = linkReport(link, lanes, nowMs);
    const condition = conditionOf(link, report);
    if (condition === this.#reported) return;
    this.#reported = condition;
    this.#sending = this.#sending
      .then(() => this.#send(report))
      .catch(() => {
        this.#reported = '';
      });
    await this.#sending;
  }
}

/** Covers the whole link and all lanes, so that the last report alone says how the link is. */
function linkReport(
  link: LinkState | undefined,
  lanes: LaneFacts | undefined,
  nowMs: number,
): LinkReport {
  const whole = breakerOf(link, undefined);
  const isOpen = whole.name !== 'closed';
  return {
    state: isOpen ? 'open' : 'closed',
    because: isOpen ? whole.because : 'the link answers again',
    since: new Date(isOpen ? whole.sinceMs : nowMs).toISOString(),
    outageMs: outageMs(whole, nowMs),
    ...(lanes === undefined || lanes.names.length === 0 ? {} : { lanes: laneReports(link, lanes) }),
  };
}

/** Returns a text that differs whenever a new report is due; '' for a link that was never down. */
function conditionOf(link: LinkState | undefined, { lanes = [] }: LinkReport): string {
  return [undefined, ...lanes.map(({ lane }) => lane)]
    .map((lane) => ({ lane, breaker: breakerOf(link, lane) }))
    .filter(({ breaker }) => breaker.name !== 'closed' || breaker.outageMs > 0)
    .map(({ lane, breaker }) =>
      breaker.name === 'closed'
        ? `${lane} closed/${breaker.outageMs}`
        : `${lane} open/${breaker.sinceMs}`,
    )
    .join();
}
