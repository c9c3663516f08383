/**
 * One execution, from its intention to its end, started exactly once: what will be started is written
 * down with a tag before it is sent; after a reply that was lost, or a crash, the tag is looked for
 * and what carries it is adopted.
 */
import { randomBytes } from 'node:crypto';
import { ATTEMPT_TAG, CHUNK_TAG, tagsOf } from '../../../aws/names.ts';
import { LonghaulError, toFailure } from '../../../errors/failure.ts';
import type { RawPath } from '../../../paths.ts';
import { judgeEnd } from '../../../policy/datasync/failures.ts';
import type { StepJob } from '../../engine.ts';
import type { StepProgress } from '../../../model/round.ts';
import type { AgentBoard } from '../service/agents.ts';
import { isAmbiguous, isBusy, isNotFound, isOverAlready } from '../service/api-errors.ts';
import type { DataSyncApi, Described, StartRequest } from '../service/api.ts';
import { endOf, isTerminal } from './end.ts';
import {
  attemptsOf,
  recordExecution,
  type Attempt,
  type AttemptState,
  type ExecutionEnd,
  type ExecutionKey,
} from '../service/execution-record.ts';
import { ReportPatience, Watchdog } from './patience.ts';
import type { Governor } from './governor.ts';
import type { LaneGrant, LaneRecord } from './lanes.ts';
import { leavesWorkRunning } from './leaves-running.ts';
import type { DataSyncEngineOptions } from '../service/options.ts';
import { interrupted, throwIfAborted } from '../../../errors/interrupted.ts';

/** How long a request may be under way after its reply was lost. */
const SETTLE_MS = 5_000;
/** Looks for what a lost reply may have started, before it is started again. */
const LOOKS = 2;
/** How often one is looked at that may have to be cancelled before it acts on what it announces. */
const CLOSELY_MS = 1_000;
/** Starts of one attempt, one after the other, each after a look. */
const MOST_STARTS = 3;

export interface RunnerParts {
  readonly options: DataSyncEngineOptions;
  readonly api: DataSyncApi;
  readonly agents: AgentBoard;
  readonly governor: Governor;
}

export interface Running {
  readonly job: StepJob;
  readonly key: ExecutionKey;
  readonly step: StepProgress['step'];
  readonly lane: LaneGrant;
  /** Lanes that would do as well. */
  readonly others: readonly number[];
  readonly task: string;
  /** What its locations hold, when that is not the whole tree. */
  readonly below?: RawPath | undefined;
  readonly request: Omit<StartRequest, 'TaskArn' | 'Tags'>;
  /** Looks at what is known while it runs; a reason ends it: it is cancelled and said so. */
  readonly refuse?: ((seen: Described) => LonghaulError | undefined) | undefined;
}

export class ExecutionRunner {
  private readonly parts: RunnerParts;

  constructor(parts: RunnerParts) {
    this.parts = parts;
  }

  /** Starts or adopts, and waits for the end. Throws what concerns the link or the caller, never how it ended. */
  async run(running: Running, before: AttemptState | undefined): Promise<ExecutionEnd> {
    const { job, lane } = running;
    const leave = this.parts.governor.join();
    try {
      const attempt = before ?? this.intend(running);
      const arn = await this.startOrAdopt(running, attempt);
      const end = await this.watch(running, arn);
      recordExecution(job.store, { t: 'ended', attempt: attempt.attempt, end });
      lane.clear();
      return end;
    } finally {
      leave();
    }
  }

  /** Whether what a lane's file names has ended, or was never started. */
  async isOver(left: LaneRecord): Promise<boolean> {
    const arn = left.arn ?? (await this.find(left.task, left.attempt));
    if (arn === undefined) return true;
    return isTerminal((await this.describe(arn))?.Status ?? 'ERROR');
  }

  private intend({ job, key, lane, task, below }: Running): Attempt {
    const { migration, chunk, round, store } = job;
    const n = attemptsOf(store).length + 1;
    const unique = randomBytes(4).toString('hex');
    const attempt: Attempt = {
      ...key,
      attempt: `${migration}/${chunk.id}/${round.number}/${key.purpose}/${key.part}/${n}/${unique}`,
      lane: lane.lane,
      task,
      ...(below === undefined ? {} : { below }),
    };
    recordExecution(store, { t: 'intended', ...attempt });
    return attempt;
  }

  /** `attempt` is new, or known to have started. */
  private async startOrAdopt(running: Running, attempt: AttemptState): Promise<string> {
    const { job, lane } = running;
    const note = { chunk: job.chunk.id, attempt: attempt.attempt, task: attempt.task };
    if (attempt.arn === undefined) {
      throwIfAborted(job.signal);
      await this.parts.agents.requireOnline([lane.lane]);
      job.lease.check();
      lane.note(note);
    }
    const arn = attempt.arn ?? (await this.start(running, attempt));
    lane.note({ ...note, arn });
    if (attempt.arn === undefined)
      recordExecution(job.store, { t: 'started', attempt: attempt.attempt, arn });
    return arn;
  }

  private async start(running: Running, { attempt }: Attempt): Promise<string> {
    const { job, request, task } = running;
    const { spec } = this.parts.options;
    const Tags = tagsOf(spec.name, spec.aws.tags, {
      [ATTEMPT_TAG]: attempt,
      [CHUNK_TAG]: job.chunk.id,
    });
    const BytesPerSecond = this.parts.governor.share();
    for (let starts = 1; ; starts++) {
      try {
        return await this.parts.api.start({
          ...request,
          TaskArn: task,
          OverrideOptions: { ...request.OverrideOptions, BytesPerSecond },
          Tags,
        });
      } catch (error) {
        const found = await this.afterRefusal(error, task, attempt);
        if (found !== undefined) return found;
        if (starts >= MOST_STARTS || isBusy(error)) throw busyOr(error);
        job.lease.check();
      }
    }
  }

  /** What a start that failed has started all the same; throws what cannot have. */
  private async afterRefusal(
    error: unknown,
    task: string,
    attempt: string,
  ): Promise<string | undefined> {
    if (!isAmbiguous(error) && !isBusy(error)) throw error;
    for (let look = 0; look < LOOKS; look++) {
      const found = await this.find(task, attempt);
      if (found !== undefined) return found;
      await this.parts.options.time.sleep(SETTLE_MS);
    }
    return undefined;
  }

  /** By its tag. Should there be two, the second is cancelled: a request can be very late. */
  async find(task: string, attempt: string): Promise<string | undefined> {
    const { api } = this.parts;
    const found: string[] = [];
    const all = await orWhenGone(api.executions(task), []);
    for (const { arn, status } of all) {
      // Tags that cannot be read now are no proof of another attempt.
      const tags = await orWhenGone(api.tags(arn), new Map<string, string>());
      if (tags.get(ATTEMPT_TAG) !== attempt) continue;
      if (found.length > 0 && !isTerminal(status)) await this.cancel(arn);
      found.push(arn);
    }
    return found[0];
  }

  private async watch(running: Running, arn: string): Promise<ExecutionEnd> {
    const { job, lane, refuse } = running;
    const { time, spec } = this.parts.options;
    const watchdog = new Watchdog(spec.aws.launchTimeout);
    const patience = new ReportPatience();
    let limit: number | undefined;
    for (;;) {
      const seen = await this.describe(arn);
      if (seen === undefined) return this.forgotten(arn);
      if (isTerminal(seen.Status) && !patience.isWorthwhile(seen, time.now())) {
        return endOf(seen, time.now());
      }
      job.onProgress(progressOf(running.step, seen));
      job.lease.check();
      if (job.signal.aborted) await this.interrupt(running, arn);
      const refused = refuse?.(seen);
      if (refused !== undefined) return this.refused(running, arn, refused);
      const online = await this.parts.agents.online();
      if (!online.includes(lane.lane)) return this.leaveLane(running, arn, online);
      if (watchdog.isStuck(seen, time.now())) return this.stuck(running, arn);
      limit = await this.govern(arn, seen, limit);
      const unjudged = refuse !== undefined && seen.Result?.PrepareStatus !== 'SUCCESS';
      const pauseMs = unjudged
        ? Math.min(CLOSELY_MS, spec.aws.pollInterval)
        : spec.aws.pollInterval;
      await time.sleep(pauseMs, job.signal).catch(() => undefined);
    }
  }

  /** Its agent is offline: another takes the chunk over, once the execution is over; or it waits. */
  private async leaveLane(
    running: Running,
    arn: string,
    online: readonly number[],
  ): Promise<ExecutionEnd> {
    const { lane, others } = running;
    if (!others.some((other) => online.includes(other)))
      throw this.parts.agents.offline([lane.lane, ...others]);
    const end = await this.cancelAndWait(running, arn);
    const { kind } = judgeEnd(end);
    if (kind === 'done' || kind === 'partial') return end;
    return {
      ...end,
      status: 'ERROR',
      errorCode: 'AgentOffline',
      errorDetail: 'The agent went offline: the execution was cancelled, and another agent goes on',
    };
  }

  /** Older than the service remembers: how it ended is not known. */
  private forgotten(arn: string): ExecutionEnd {
    const now = this.parts.options.time.now();
    return {
      ...endOf({ TaskExecutionArn: arn, Status: 'ERROR', $metadata: {} }, now),
      errorCode: 'Forgotten',
      errorDetail: 'The service no longer knows this execution',
      phase: 'transferring',
    };
  }

  private describe(arn: string): Promise<Described | undefined> {
    return orWhenGone<Described | undefined>(this.parts.api.execution(arn), undefined);
  }

  private async govern(arn: string, seen: Described, set: number | undefined): Promise<number> {
    const share = this.parts.governor.share();
    const now = set ?? seen.Options?.BytesPerSecond ?? -1;
    if (share === now) return now;
    try {
      await this.parts.api.setBandwidth(arn, share);
    } catch (error) {
      if (!isOverAlready(error)) throw error;
    }
    return share;
  }

  private async stuck(running: Running, arn: string): Promise<ExecutionEnd> {
    const end = await this.cancelAndWait(running, arn);
    return {
      ...end,
      status: 'ERROR',
      errorCode: 'StuckLaunching',
      errorDetail: 'The execution did not leave LAUNCHING',
    };
  }

  private async refused(running: Running, arn: string, error: LonghaulError): Promise<never> {
    const end = await this.cancelAndWait(running, arn);
    const attempt = attemptsOf(running.job.store).find((state) => state.arn === arn);
    if (attempt) recordExecution(running.job.store, { t: 'ended', attempt: attempt.attempt, end });
    running.lane.clear();
    throw error;
  }

  /** A worker that ends leaves the execution to the next one; everything else stops it first. */
  private async interrupt(running: Running, arn: string): Promise<never> {
    const { job, lane } = running;
    if (leavesWorkRunning(job.signal)) throw interrupted(job.signal.reason);
    const end = await this.cancelAndWait(running, arn);
    const attempt = attemptsOf(job.store).find((state) => state.arn === arn);
    if (attempt) recordExecution(job.store, { t: 'ended', attempt: attempt.attempt, end });
    lane.clear();
    throw interrupted(job.signal.reason);
  }

  private async cancelAndWait({ job, step }: Running, arn: string): Promise<ExecutionEnd> {
    const { time, spec } = this.parts.options;
    job.lease.check();
    await this.cancel(arn);
    for (;;) {
      const seen = await this.describe(arn);
      if (seen === undefined) return this.forgotten(arn);
      if (isTerminal(seen.Status)) return endOf(seen, time.now());
      job.onProgress(progressOf(step, seen));
      if (leavesWorkRunning(job.signal)) throw interrupted(job.signal.reason);
      await time.sleep(spec.aws.pollInterval);
    }
  }

  private async cancel(arn: string): Promise<void> {
    try {
      await this.parts.api.cancel(arn);
    } catch (error) {
      if (!isOverAlready(error) && !isNotFound(error)) throw error;
    }
  }
}

async function orWhenGone<T>(asked: Promise<T>, gone: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (isNotFound(error)) return gone;
    throw error;
  }
}

function busyOr(error: unknown): LonghaulError {
  const { message } = toFailure(error);
  return new LonghaulError(isBusy(error) ? 'BUSY' : 'LINK_DOWN', message, { cause: error });
}

function progressOf(step: StepProgress['step'], seen: Described): StepProgress {
  const estimated = seen.Result?.PrepareStatus === 'SUCCESS';
  return {
    step,
    doneEntries: seen.FilesTransferred ?? 0,
    totalEntries: estimated ? seen.EstimatedFilesToTransfer : undefined,
    doneBytes: seen.BytesWritten ?? 0,
    totalBytes: estimated ? seen.EstimatedBytesToTransfer : undefined,
    phase: (seen.Status ?? '').toLowerCase(),
    wireBytes: seen.BytesCompressed ?? 0,
  };
}
