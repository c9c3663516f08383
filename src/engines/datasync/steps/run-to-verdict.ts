/** Runs executions for one purpose until one has ended for good, or the operator must decide. */
import { LonghaulError } from '../../../errors/failure.ts';
import type { RawPath } from '../../../paths.ts';
import { isFinalEnd, judgeEnd, type EndVerdict } from '../../../policy/datasync/failures.ts';
import { runExecution } from '../executions/run.ts';
import type { RunningExecution } from '../executions/running.ts';
import { findByTag } from '../executions/start.ts';
import {
  historyOf,
  recordExecution,
  type ExecutionEnd,
  type KeyHistory,
} from '../service/execution-journal.ts';
import { lanesFor } from '../service/layout.ts';
import { chunkTask } from '../service/tasks.ts';
import type { EngineContext } from './context.ts';

/** Ends of unknown kind before the chunk is blocked. */
const MAX_UNKNOWN_ENDS = 3;
/** Transient ends that copied nothing before the chunk is blocked. */
const MAX_FRUITLESS_ENDS = 6;
const MAX_BACK_OFF_MS = 15 * 60_000;

/** Priority of repairs and removals. Copies have the negative size of their chunk: large chunks first. */
export const BEFORE_COPIES = Number.MIN_SAFE_INTEGER;

export interface PlannedExecution extends Pick<
  RunningExecution,
  'job' | 'key' | 'step' | 'request' | 'refuse'
> {
  /** The smallest value is served first when several executions wait for a lane. */
  readonly priority: number;
  /** A task whose locations begin at one directory; absent: the chunk's or the pool's. */
  readonly mirrored?: { readonly below: RawPath; readonly task: (lane: number) => Promise<string> };
}

export interface JudgedExecution {
  readonly end: ExecutionEnd;
  readonly verdict: EndVerdict;
  /** True when it had ended before this call. */
  readonly resumed: boolean;
}

/** Returns only final verdicts: 'done', 'partial' and 'too big'. Throws for all others. */
export async function runToVerdict(
  context: EngineContext,
  planned: PlannedExecution,
): Promise<JudgedExecution> {
  const last = lastEndOfTry(historyOf(planned.job.store, planned.key));
  if (last !== undefined) {
    const verdict = judgeEnd(last);
    if (isFinalEnd(verdict)) return { end: last, verdict, resumed: true };
  }
  for (;;) {
    const end = await runAttempt(context, planned);
    reportEnd(context, planned);
    const verdict = judgeEnd(end);
    if (isFinalEnd(verdict)) return { end, verdict, resumed: false };
    await handleFailure(context, planned, verdict);
  }
}

/** Returns the last end since the chunk was given up; earlier ends do not count. */
export function lastEndOfTry({ ended, endedSinceGivenUp }: KeyHistory): ExecutionEnd | undefined {
  return endedSinceGivenUp === 0 ? undefined : ended.at(-1)?.end;
}

/** Returns after a back-off when the execution may be repeated; else throws. */
async function handleFailure(
  context: EngineContext,
  { job, key }: PlannedExecution,
  verdict: EndVerdict,
): Promise<void> {
  const { kind, code = 'EXECUTION_FAILED', because, fix } = verdict;
  const history = historyOf(job.store, key);
  if (kind === 'outage') {
    const { lane = 0 } = history.ended.at(-1) ?? {};
    const lanes = context.agents.laneNames.slice(lane, lane + 1);
    throw new LonghaulError(code, because, { lanes });
  }
  const hint = fix === undefined ? {} : { hint: fix };
  const tries = countFruitless(history, kind);
  const maxTries = kind === 'unknown' ? MAX_UNKNOWN_ENDS : MAX_FRUITLESS_ENDS;
  if (kind === 'person' || tries >= maxTries) {
    recordExecution(job.store, { t: 'gave up', ...key });
    if (kind === 'person') throw new LonghaulError(code, because, hint);
    throw new LonghaulError('EXECUTION_FAILED', `${because}, ${tries} times`, hint);
  }
  const { time, spec } = context.options;
  const backOffMs = Math.min(spec.aws.pollInterval * 2 ** (tries - 1), MAX_BACK_OFF_MS);
  await time.sleep(backOffMs, job.signal);
}

/** Counts the ends of this kind since the last give-up. A transient one that copied something does not count. */
function countFruitless(
  { ended, endedSinceGivenUp }: KeyHistory,
  kind: EndVerdict['kind'],
): number {
  const since = endedSinceGivenUp === 0 ? [] : ended.slice(-endedSinceGivenUp);
  const same = since.filter(({ end }) => judgeEnd(end).kind === kind);
  if (kind === 'unknown') return Math.max(1, same.length);
  return Math.max(1, same.filter(({ end }) => end.filesTransferred === 0).length);
}

function reportEnd({ options }: EngineContext, { job, key }: PlannedExecution): void {
  const last = historyOf(job.store, key).ended.at(-1);
  if (last === undefined) return;
  const { attempt, end } = last;
  const { chunk, round } = job;
  options.onExecutionEnded({
    chunk: chunk.id,
    round: round.number,
    purpose: key.purpose,
    attempt,
    end,
  });
}

async function runAttempt(
  context: EngineContext,
  planned: PlannedExecution,
): Promise<ExecutionEnd> {
  const { job, priority, mirrored } = planned;
  const known = await openAttempt(context, planned);
  const all = await lanesFor(context, job.chunk.id);
  const wanted = known === undefined ? { lanes: all } : { lanes: [known.lane], adopts: true };
  const lane = await context.lanes.acquire(
    { chunk: job.chunk.id, priority, ...wanted },
    job.signal,
  );
  try {
    const task = known?.task ?? (await taskFor(context, planned, lane.lane));
    const otherLanes = all.filter((other) => other !== lane.lane);
    const running = { ...planned, lane, otherLanes, task, below: mirrored?.below };
    return await runExecution(context, running, known);
  } finally {
    lane.release();
  }
}

/** Returns the attempt that has started and not ended. Drops one that was never started. */
async function openAttempt(
  context: EngineContext,
  { job, key }: PlannedExecution,
): Promise<KeyHistory['open']> {
  const { open } = historyOf(job.store, key);
  if (open === undefined || open.arn !== undefined) return open;
  const arn = await findByTag(context, open.task, open.attempt);
  if (arn !== undefined) return { ...open, arn };
  recordExecution(job.store, { t: 'dropped', attempt: open.attempt });
  return undefined;
}

const taskFor = (
  context: EngineContext,
  { job, mirrored }: PlannedExecution,
  lane: number,
): Promise<string> =>
  mirrored === undefined ? chunkTask(context, lane, job.chunk.id, job.signal) : mirrored.task(lane);
