/**
 * Lanes: one per agent, with at most one live execution in each. longhaul queues by itself because
 * DataSync's own queue is first come, first served, and an execution stuck in LAUNCHING blocks it.
 *
 * Across workers, a file lock guards each lane; the kernel releases it when the holder dies. The lane's
 * file names the execution that a dead holder left running: a request of the same chunk adopts it, any
 * other request waits until it has ended.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LonghaulError } from '../../../errors/failure.ts';
import { interrupted } from '../../../errors/interrupted.ts';
import { readJson, writeJsonAtomic } from '../../../state/atomic-file.ts';
import { tryLock } from '../../../state/flock.ts';
import { hasFields, isOptional, isText } from '../../../state/shape.ts';
import type { Time } from '../service/time.ts';

/** The execution that runs in a lane, or was about to be started. */
export interface LaneRecord {
  readonly chunk: string;
  readonly attempt: string;
  readonly task: string;
  readonly arn?: string;
}

const isLaneRecord = hasFields<LaneRecord>({
  chunk: isText,
  attempt: isText,
  task: isText,
  arn: isOptional(isText),
});

export interface LaneRequest {
  readonly chunk: string;
  /** Acceptable lanes. Only those whose agent is online are granted. */
  readonly lanes: readonly number[];
  /** The execution is already in its lane: grant that lane even when its agent is offline. */
  readonly adopts?: boolean;
  /** The smallest value is served first; equal values in order of arrival. */
  readonly priority: number;
}

export interface LaneGrant {
  readonly lane: number;
  /** Call before the start request is sent. */
  note(record: LaneRecord): void;
  /** Call when the execution has ended, or was never started. */
  clear(): void;
  release(): void;
}

/** Returns true when the execution in a lane's file has ended. */
export type HasEnded = (record: LaneRecord) => Promise<boolean>;

export interface LaneAgents {
  onlineLanes(): Promise<readonly number[]>;
  /** The error to throw when the agents of these lanes are offline. */
  offlineError(lanes: readonly number[]): LonghaulError;
}

export interface LanesOptions {
  /** Directory of lock and lane files, shared by all workers. */
  readonly directory: string;
  readonly time: Time;
  /** Poll interval for agents, and for lanes that another process holds. */
  readonly retryMs: number;
  readonly hasEnded: HasEnded;
  readonly agents: LaneAgents;
}

interface Waiter extends LaneRequest {
  readonly order: number;
  readonly grant: (grant: LaneGrant) => void;
  readonly reject: (error: LonghaulError) => void;
}

export class Lanes {
  private readonly options: LanesOptions;
  private readonly waiters: Waiter[] = [];
  private readonly held = new Map<number, () => void>();
  private order = 0;
  private isGranting = false;
  private grantAgain = false;

  constructor(options: LanesOptions) {
    this.options = options;
  }

  /** Waits for a lane. Throws INTERRUPTED; AGENT_OFFLINE when every acceptable lane has an offline agent. */
  async acquire(request: LaneRequest, signal: AbortSignal): Promise<LaneGrant> {
    return new Promise((resolve, fail) => {
      const reject = (error: LonghaulError): void => {
        const at = this.waiters.indexOf(waiter);
        if (at >= 0) this.waiters.splice(at, 1);
        signal.removeEventListener('abort', leave);
        fail(error);
      };
      const leave = (): void => reject(interrupted(signal.reason));
      const grant = (granted: LaneGrant): void => {
        signal.removeEventListener('abort', leave);
        resolve(granted);
      };
      const waiter: Waiter = { ...request, order: this.order++, grant, reject };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      this.waiters.push(waiter);
      void this.grantLanes();
    });
  }

  /** Grants free lanes to waiting requests. Not re-entrant: a call during a run causes one more run. */
  private async grantLanes(): Promise<void> {
    if (this.isGranting) {
      this.grantAgain = true;
      return;
    }
    this.isGranting = true;
    try {
      do {
        this.grantAgain = false;
        if (await this.grantOnce()) void this.grantLater();
      } while (this.grantAgain);
    } finally {
      this.isGranting = false;
    }
  }

  private async grantLater(): Promise<void> {
    const { time, retryMs } = this.options;
    await time.sleep(retryMs).then(
      () => this.grantLanes(),
      () => undefined,
    );
  }

  /** Returns true when a request waits for something that only polling can detect. */
  private async grantOnce(): Promise<boolean> {
    const { agents } = this.options;
    const online = await agents.onlineLanes().catch(() => undefined);
    let mustPoll = online === undefined;
    const inOrder = [...this.waiters].sort((a, b) => a.priority - b.priority || a.order - b.order);
    for (const waiter of inOrder) {
      const lanes = waiter.adopts ? waiter.lanes : waiter.lanes.filter((l) => online?.includes(l));
      if (lanes.length === 0 && online !== undefined) {
        waiter.reject(agents.offlineError(waiter.lanes));
        continue;
      }
      if (lanes.length < waiter.lanes.length) mustPoll = true;
      if (await this.grantOneOf(lanes, waiter)) mustPoll = true;
    }
    return mustPoll;
  }

  /** Returns true when another process, or a dead one, occupies one of the lanes. */
  private async grantOneOf(lanes: readonly number[], waiter: Waiter): Promise<boolean> {
    let isOccupied = false;
    for (const lane of lanes) {
      if (!this.waiters.includes(waiter)) break;
      if (this.held.has(lane)) continue;
      if (await this.tryGrant(lane, waiter)) break;
      isOccupied = true;
    }
    return isOccupied;
  }

  private async tryGrant(lane: number, waiter: Waiter): Promise<boolean> {
    const unlock = tryLock(this.pathOf(lane, 'lock'));
    if (unlock === undefined) return false;
    const left = readJson(this.pathOf(lane, 'json'), isLaneRecord);
    const isFree =
      left === undefined || left.chunk === waiter.chunk || (await this.isKnownToHaveEnded(left));
    const at = this.waiters.indexOf(waiter);
    if (!isFree || at < 0) {
      unlock();
      return false;
    }
    this.waiters.splice(at, 1);
    this.held.set(lane, unlock);
    waiter.grant(this.grantOf(lane, unlock));
    return true;
  }

  private grantOf(lane: number, unlock: () => void): LaneGrant {
    const path = this.pathOf(lane, 'json');
    return {
      lane,
      note: (record) => writeJsonAtomic(path, record),
      clear: () => rmSync(path, { force: true }),
      release: () => {
        if (this.held.get(lane) !== unlock) return;
        this.held.delete(lane);
        unlock();
        void this.grantLanes();
      },
    };
  }

  private pathOf(lane: number, extension: 'lock' | 'json'): string {
    return join(this.options.directory, `datasync-lane-${lane}.${extension}`);
  }

  /** A failed query counts as still running. */
  private isKnownToHaveEnded(left: LaneRecord): Promise<boolean> {
    return this.options.hasEnded(left).catch(() => false);
  }
}
