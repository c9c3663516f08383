/**
 * Lanes: one an agent, and at most one live execution in each. The queue is ours because DataSync's own
 * is first come first served, and one execution that is stuck in LAUNCHING blocks everything behind it.
 * Among workers a lane is held by a lock that the kernel releases with its holder; what a dead holder
 * left running is written down in the lane's file, and whoever comes next waits for it or adopts it.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJsonAtomic } from '../../../state/atomic-file.ts';
import { tryLock } from '../../../state/flock.ts';
import { hasFields, isOptional, isText } from '../../../state/shape.ts';
import type { LonghaulError } from '../../../errors/failure.ts';
import { interrupted } from '../../../errors/interrupted.ts';
import type { Time } from '../service/time.ts';

/** What runs in a lane, or was about to when its worker died. */
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
  /** Lanes that will do: those of them whose agent is online. */
  readonly lanes: readonly number[];
  /** It has begun in its lane: it is looked after there, whether or not the agent is online. */
  readonly adopts?: boolean;
  /** The smallest goes first; among equals, who came first. */
  readonly priority: number;
}

export interface LaneGrant {
  readonly lane: number;
  /** Written before a start is sent. */
  note(record: LaneRecord): void;
  /** The execution is over, or was never started. */
  clear(): void;
  release(): void;
}

/** Whether what a lane's file names has ended. */
export type IsOver = (record: LaneRecord) => Promise<boolean>;

/** Which lanes have an agent that answers, and the error of those that have none. */
export interface LaneAgents {
  online(): Promise<readonly number[]>;
  offline(lanes: readonly number[]): LonghaulError;
}

interface Waiter extends LaneRequest {
  readonly order: number;
  readonly grant: (grant: LaneGrant) => void;
  readonly refuse: (error: LonghaulError) => void;
}

export interface LanesOptions {
  /** Where locks and records are; shared by all workers. */
  readonly directory: string;
  readonly time: Time;
  /** How often it is looked again at what cannot be seen to change. */
  readonly retryMs: number;
  readonly isOver: IsOver;
  readonly agents: LaneAgents;
}

export class Lanes {
  private readonly directory: string;
  private readonly time: Time;
  private readonly retryMs: number;
  private readonly isOver: IsOver;
  private readonly agents: LaneAgents;
  private readonly waiters: Waiter[] = [];
  private readonly held = new Map<number, () => void>();
  private order = 0;
  private pumping = false;
  private again = false;

  constructor({ directory, time, retryMs, isOver, agents }: LanesOptions) {
    this.directory = directory;
    this.time = time;
    this.retryMs = retryMs;
    this.isOver = isOver;
    this.agents = agents;
  }

  /** Waits for its turn. Throws INTERRUPTED, and AGENT_OFFLINE when no lane that will do has an agent. */
  async acquire(request: LaneRequest, signal: AbortSignal): Promise<LaneGrant> {
    return new Promise((resolve, reject) => {
      const refuse = (error: LonghaulError): void => {
        const at = this.waiters.indexOf(waiter);
        if (at >= 0) this.waiters.splice(at, 1);
        signal.removeEventListener('abort', leave);
        reject(error);
      };
      const leave = (): void => refuse(interrupted(signal.reason));
      const grant = (granted: LaneGrant): void => {
        signal.removeEventListener('abort', leave);
        resolve(granted);
      };
      const waiter: Waiter = { ...request, order: this.order++, grant, refuse };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      this.waiters.push(waiter);
      void this.pump();
    });
  }

  /** Gives lanes to who waits; one run at a time. */
  private async pump(): Promise<void> {
    if (this.pumping) {
      this.again = true;
      return;
    }
    this.pumping = true;
    try {
      do {
        this.again = false;
        const blocked = await this.giveOut();
        if (blocked) void this.pumpLater();
      } while (this.again);
    } finally {
      this.pumping = false;
    }
  }

  private async pumpLater(): Promise<void> {
    await this.time.sleep(this.retryMs).then(
      () => this.pump(),
      () => undefined,
    );
  }

  /** Returns whether somebody waits for an agent, or for what another process holds or left behind. */
  private async giveOut(): Promise<boolean> {
    const online = await this.agents.online().catch(() => undefined);
    let blocked = online === undefined;
    const inOrder = [...this.waiters].sort((a, b) => a.priority - b.priority || a.order - b.order);
    for (const waiter of inOrder) {
      const lanes = waiter.adopts ? waiter.lanes : waiter.lanes.filter((l) => online?.includes(l));
      if (lanes.length === 0 && online !== undefined) {
        waiter.refuse(this.agents.offline(waiter.lanes));
        continue;
      }
      blocked ||= lanes.length < waiter.lanes.length;
      for (const lane of lanes) {
        if (!this.waiters.includes(waiter)) break;
        if (this.held.has(lane)) continue;
        if (await this.take(lane, waiter)) break;
        blocked = true;
      }
    }
    return blocked;
  }

  private async take(lane: number, waiter: Waiter): Promise<boolean> {
    const unlock = tryLock(join(this.directory, `datasync-lane-${lane}.lock`));
    if (unlock === undefined) return false;
    const file = join(this.directory, `datasync-lane-${lane}.json`);
    const left = readJson(file, isLaneRecord);
    // Its own chunk adopts what a dead worker left; everybody else waits until it is over.
    const free = left === undefined || left.chunk === waiter.chunk || (await this.safelyOver(left));
    const at = this.waiters.indexOf(waiter);
    if (!free || at < 0) {
      unlock();
      return false;
    }
    this.waiters.splice(at, 1);
    this.held.set(lane, unlock);
    waiter.grant({
      lane,
      note: (record) => writeJsonAtomic(file, record),
      clear: () => rmSync(file, { force: true }),
      release: () => {
        if (this.held.get(lane) !== unlock) return;
        this.held.delete(lane);
        unlock();
        void this.pump();
      },
    });
    return true;
  }

  /** What cannot be asked is not over. */
  private safelyOver(left: LaneRecord): Promise<boolean> {
    return this.isOver(left).catch(() => false);
  }
}
