/**
 * Circuit breakers of a migration's link, shared by all workers through link.json. Reports each change
 * to the migration, lets one worker at a time probe, and records every outage in the ledger once it is
 * over. A worker process has one Link per migration.
 */
import type { EngineLanes } from '../../engines/engine.ts';
import { openLedger } from '../../ledger/ledger.ts';
import type { BreakerEvent, BreakerSettings, OpenBreaker } from '../../policy/link/breaker.ts';
import {
  breakerOf,
  decideLink,
  linkStep,
  type LaneName,
  type LinkDecision,
  type LinkState,
} from '../../policy/link/lanes.ts';
import { tryLock } from '../../state/flock.ts';
import type { MigrationStore } from '../../state/migration-store.ts';
import { probeFailure, type Probe } from './probe.ts';
import { LinkReporter, type SendReport } from './reporter.ts';

export interface LinkDeps {
  readonly store: MigrationStore;
  readonly settings: BreakerSettings;
  readonly now: () => number;
  readonly probe: Probe;
  /** Returns undefined if the link has no lanes. */
  readonly lanes?: () => EngineLanes | undefined;
  /** Best effort: an outage ends even if no report of it arrives. */
  readonly report: SendReport;
}

export class Link {
  readonly settings: BreakerSettings;
  readonly #deps: LinkDeps;
  readonly #reporter: LinkReporter;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    this.settings = deps.settings;
    this.#reporter = new LinkReporter(deps.report);
  }

  get laneNames(): readonly string[] {
    return this.#deps.lanes?.()?.names ?? [];
  }

  isClosed(lane: LaneName): boolean {
    return breakerOf(this.#read(), lane).name === 'closed';
  }

  /** Decides whether a step that can use any of `lanes` runs, waits or probes. Empty: link only. */
  async decide(lanes: readonly string[]): Promise<LinkDecision> {
    const state = this.#read();
    const decision = decideLink(state, lanes, this.#deps.now(), this.settings);
    await this.#reportChange(state);
    return decision;
  }

  recordSuccess(lanes: readonly string[]): void {
    for (const lane of [undefined, ...lanes])
      this.#apply(lane, { type: 'succeeded', nowMs: this.#deps.now() });
  }

  /**
   * Records a failure of the lanes that it names, else of the link, and probes at once those that are
   * still closed. Returns true if a probe failed: all steps wait from now on.
   */
  async recordFailure(named: readonly string[], because: string): Promise<boolean> {
    const lanes = named.length === 0 ? [undefined] : named;
    for (const lane of lanes)
      this.#apply(lane, { type: 'failed', nowMs: this.#deps.now(), because });
    const state = this.#read();
    await this.#reportChange(state);
    const closed = lanes.filter((lane) => breakerOf(state, lane).name === 'closed');
    for (const lane of closed) await this.probe(lane);
    return closed.some((lane) => !this.isClosed(lane));
  }

  /** Returns false if another worker is probing, or if the next probe is not due. */
  async probe(lane: LaneName): Promise<boolean> {
    const release = tryLock(this.#deps.store.lockPath(this.#lockName(lane)));
    if (release === undefined) return false;
    try {
      if (!this.#isProbeDue(lane)) return false;
      this.#apply(lane, { type: 'probe started', nowMs: this.#deps.now() });
      const because = await probeFailure(this.#deps.probe, lane);
      if (because === undefined) this.#close(lane);
      else this.#apply(lane, { type: 'probe failed', nowMs: this.#deps.now(), because });
    } finally {
      release();
    }
    await this.#reportChange(this.#read());
    return true;
  }

  #isProbeDue(lane: LaneName): boolean {
    const asked = { type: 'asked', nowMs: this.#deps.now() } as const;
    const { state, action } = linkStep(this.#read(), lane, asked, this.settings);
    return state.name === 'closed' || action === 'probe';
  }

  /** Uses the lane's number: its name may contain characters that no file name has. */
  #lockName(lane: LaneName): string {
    return lane === undefined ? 'probe' : `probe-${this.laneNames.indexOf(lane)}`;
  }

  #close(lane: LaneName): void {
    const before = breakerOf(this.#read(), lane);
    // A successful probe does not clear the failures of a closed breaker: a link can answer and still drop.
    if (before.name === 'closed') return;
    const nowMs = this.#deps.now();
    // The ledger comes first: after a crash in between, the outage is recorded again with a later end.
    this.#recordOutage(lane, before, nowMs);
    this.#apply(lane, { type: 'probe succeeded', nowMs });
  }

  #recordOutage(lane: LaneName, { sinceMs, because }: OpenBreaker, nowMs: number): void {
    const since = new Date(sinceMs).toISOString();
    openLedger(this.#deps.store.ledgerPath).append({
      kind: 'outage',
      key: lane === undefined ? `outage/${since}` : `outage/${lane}/${since}`,
      because,
      ...(lane === undefined ? {} : { lane }),
      since,
      until: new Date(nowMs).toISOString(),
      outageMs: nowMs - sinceMs,
    });
  }

  #read(): LinkState | undefined {
    return this.#deps.store.readLink();
  }

  #apply(lane: LaneName, event: BreakerEvent): void {
    this.#deps.store.updateLink((before) => linkStep(before, lane, event, this.settings).link);
  }

  #reportChange(state: LinkState | undefined): Promise<void> {
    return this.#reporter.report(state, this.#deps.lanes?.(), this.#deps.now());
  }
}
