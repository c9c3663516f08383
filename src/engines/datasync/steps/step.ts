/** What the steps share: the filters of a part, its lane, and running one execution until it is judged. */
import { scopeFilters, type ScopeFilters } from '../../../policy/datasync/filters.ts';
import { isEnd, judgeEnd, type Verdict } from '../../../policy/datasync/failures.ts';
import type { RawPath } from '../../../paths.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import type { StepJob } from '../../engine.ts';
import type { StepProgress } from '../../../model/round.ts';
import type { AgentBoard } from '../service/agents.ts';
import type { DataSyncApi, Described, StartRequest } from '../service/api.ts';
import type { Part } from '../service/chunk-state.ts';
import type { ExecutionRunner } from '../executions/execution.ts';
import {
  recordExecution,
  stateOf,
  type ExecutionEnd,
  type ExecutionKey,
  type KeyState,
} from '../service/execution-record.ts';
import type { LaneGrant, Lanes } from '../executions/lanes.ts';
import type { DataSyncEngineOptions } from '../service/options.ts';
import type { Resources } from '../service/resources.ts';

/** Ends of a kind nobody knows, before a person has to look. */
const UNKNOWN_BUDGET = 3;
/** Ends that may go away by themselves, and that brought nothing. */
const TRANSIENT_BUDGET = 6;
const BACK_OFF_MOST_MS = 15 * 60_000;

/**
 * Left out unless the spec says otherwise. Not the names of files deleted over NFS ('.nfs' and 24 digits): no
 * filter of DataSync says exactly that, and '.nfs*' would leave out names that only begin so.
 */
const DEFAULT_EXCLUDES = ['/.snapshot/', '/.snapshots/', '/~snapshot/', '/lost+found/'];

export interface EngineParts {
  readonly options: DataSyncEngineOptions;
  readonly api: DataSyncApi;
  readonly agents: AgentBoard;
  readonly resources: Resources;
  readonly lanes: Lanes;
  readonly runner: ExecutionRunner;
}

export interface Wanted {
  readonly job: StepJob;
  readonly key: ExecutionKey;
  readonly step: StepProgress['step'];
  /** The smallest goes first when several wait for a lane. */
  readonly priority: number;
  readonly request: Omit<StartRequest, 'TaskArn' | 'Tags'>;
  /** A task of its own for one directory; the chunk's or the pool's when absent. */
  readonly mirrored?: { readonly below: RawPath; readonly task: (lane: number) => Promise<string> };
  readonly refuse?: (seen: Described) => LonghaulError | undefined;
}

export interface Judged {
  readonly end: ExecutionEnd;
  readonly verdict: Verdict;
  /** It had ended before this call. */
  readonly resumed: boolean;
}

export function filtersOf(job: StepJob, part: Part): ScopeFilters {
  const defaults = job.spec.defaultExcludes ? DEFAULT_EXCLUDES : [];
  return scopeFilters(part, { patterns: [...defaults, ...job.excludes], paths: job.exceptions });
}

export function toFilterRules({
  includes,
  excludes,
}: ScopeFilters): Pick<StartRequest, 'Includes' | 'Excludes'> {
  const rule = (Value: string) => [{ FilterType: 'SIMPLE_PATTERN' as const, Value }];
  return {
    ...(includes === undefined ? {} : { Includes: rule(includes) }),
    ...(excludes === undefined ? {} : { Excludes: rule(excludes) }),
  };
}

/**
 * Runs until an execution has come to its end, or something has to be decided. Returns 'done', 'partial'
 * and 'too big'; throws the rest.
 */
export async function runJudged(parts: EngineParts, wanted: Wanted): Promise<Judged> {
  const { job, key } = wanted;
  const last = lastOfTry(stateOf(job.store, key));
  if (last !== undefined) {
    const verdict = judgeEnd(last);
    if (isEnd(verdict)) return { end: last, verdict, resumed: true };
  }
  for (;;) {
    const end = await runOnce(parts, wanted);
    tell(parts, wanted);
    const verdict = judgeEnd(end);
    if (isEnd(verdict)) return { end, verdict, resumed: false };
    await afterFailure(parts, wanted, verdict);
  }
}

/** The last end since a person was asked; what was before does not count as done. */
export function lastOfTry({ ended, sinceGivenUp }: KeyState): ExecutionEnd | undefined {
  return sinceGivenUp === 0 ? undefined : ended.at(-1)?.end;
}

async function afterFailure(
  parts: EngineParts,
  { job, key }: Wanted,
  verdict: Verdict,
): Promise<void> {
  const { kind, code = 'EXECUTION_FAILED', because, fix } = verdict;
  const options = fix === undefined ? {} : { hint: fix };
  if (kind === 'outage') {
    const { lane = 0 } = stateOf(job.store, key).ended.at(-1) ?? {};
    throw new LonghaulError(code, because, { lanes: parts.agents.names.slice(lane, lane + 1) });
  }
  const tries = fruitless(stateOf(job.store, key), kind);
  const budget = kind === 'unknown' ? UNKNOWN_BUDGET : TRANSIENT_BUDGET;
  if (kind === 'person' || tries >= budget) {
    recordExecution(job.store, { t: 'gave up', ...key });
    const often = kind === 'person' ? '' : `, ${tries} times`;
    throw new LonghaulError(
      kind === 'person' ? code : 'EXECUTION_FAILED',
      `${because}${often}`,
      options,
    );
  }
  // As often as an execution is looked at, then less and less.
  const { time, spec } = parts.options;
  const pauseMs = Math.min(spec.aws.pollInterval * 2 ** (tries - 1), BACK_OFF_MOST_MS);
  await time.sleep(pauseMs, job.signal);
}

/** Ends of a kind since a person was asked; one that copied something was not in vain. */
function fruitless({ ended, sinceGivenUp }: KeyState, kind: Verdict['kind']): number {
  const since = sinceGivenUp === 0 ? [] : ended.slice(-sinceGivenUp);
  const same = since.filter(({ end }) => judgeEnd(end).kind === kind);
  if (kind === 'unknown') return Math.max(1, same.length);
  return Math.max(1, same.filter(({ end }) => end.filesTransferred === 0).length);
}

function tell({ options }: EngineParts, { job, key }: Wanted): void {
  for (const { attempt, end } of stateOf(job.store, key).ended.slice(-1)) {
    const { chunk, round } = job;
    options.onExecution({
      chunk: chunk.id,
      round: round.number,
      purpose: key.purpose,
      attempt,
      end,
    });
  }
}

async function runOnce(parts: EngineParts, wanted: Wanted): Promise<ExecutionEnd> {
  const { job, key, step, priority, request, refuse, mirrored } = wanted;
  const { lanes, runner, resources } = parts;
  const before = await openAttempt(parts, wanted);
  const all = await lanesFor(parts, job.chunk.id);
  const own = before === undefined ? { lanes: all } : { lanes: [before.lane], adopts: true };
  const lane = await lanes.acquire({ chunk: job.chunk.id, priority, ...own }, job.signal);
  try {
    const task = before?.task ?? (await taskOf(resources, wanted, lane));
    const others = all.filter((other) => other !== lane.lane);
    const running = { job, key, step, lane, others, task, request, refuse, below: mirrored?.below };
    return await runner.run(running, before);
  } finally {
    lane.release();
  }
}

/** What was begun and has not ended. One that was never started is begun anew, in whatever lane is free. */
async function openAttempt(
  { runner }: EngineParts,
  { job, key }: Wanted,
): Promise<KeyState['open']> {
  const { open } = stateOf(job.store, key);
  if (open === undefined || open.arn !== undefined) return open;
  const arn = await runner.find(open.task, open.attempt);
  if (arn !== undefined) return { ...open, arn };
  recordExecution(job.store, { t: 'dropped', attempt: open.attempt });
  return undefined;
}

const taskOf = (
  resources: Resources,
  { job, mirrored }: Wanted,
  { lane }: LaneGrant,
): Promise<string> =>
  mirrored === undefined ? resources.task(lane, job.chunk.id, job.signal) : mirrored.task(lane);

/** In a pool any lane; a task of its own is bound to one. */
export async function lanesFor(
  { agents, resources }: EngineParts,
  chunk: string,
): Promise<readonly number[]> {
  const all = (await agents.lanes()).map(({ lane }) => lane);
  const { layout } = await resources.layout();
  return layout === 'task-per-chunk' ? [laneOf(chunk, all.length)] : all;
}

/** Where a chunk is bound to a lane: which one. */
export const laneOf = (chunk: string, lanes: number): number =>
  Number.parseInt(chunk, 10) % lanes || 0;
