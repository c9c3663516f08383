/** The operations on task executions: start, describe, update, cancel, list. */
import { hexId } from '../world/random.ts';
import { invalidRequest } from '../wire/service-error.ts';
import { scopeOf } from './filters.ts';
import { page, type PageRequest } from './paging.ts';
import { finish, launch } from './run.ts';
import { mustWait } from './scheduler.ts';
import { statusOf, withOptions } from './tasks.ts';
import {
  find,
  isOver,
  type Execution,
  type Filter,
  type Tag,
  type Task,
  type World,
} from '../world/datasync.ts';

type Fields = Record<string, unknown>;
const MOST_QUEUED_PER_TASK = 50;
const UPDATE_TAKES_EFFECT_AFTER_MS = 60_000;

export function startTaskExecution(world: World, request: Fields): unknown {
  const { TaskArn, OverrideOptions, Tags, ...given } = request;
  const task = find(world.tasks, 'Task', TaskArn as string);
  const status = statusOf(world, task);
  if (status === 'CREATING' || status === 'UNAVAILABLE') {
    throw invalidRequest(`Task ${task.arn} is ${status}.`, 'TaskNotAvailable');
  }
  const fields = { ...task.fields, ...given };
  scopeOf((fields['Includes'] as Filter[]) ?? [], (fields['Excludes'] as Filter[]) ?? []);
  const options = withOptions(task.options, OverrideOptions);
  refuseTwins(world, task, fields, options.TaskQueueing);
  const execution: Execution = {
    arn: `${task.arn}/execution/exec-${hexId(world.random, 17)}`,
    task,
    nth: nextNumber(world),
    requestedAt: world.clock.now(),
    status: 'QUEUED',
    options,
    fields,
    launchedAt: undefined,
    endedAt: undefined,
    counters: {},
    result: {},
    report: undefined,
  };
  if (options.TaskQueueing === 'DISABLED' && mustWait(world, execution)) {
    throw invalidRequest('The agent is busy with another task execution.', 'AgentBusy');
  }
  world.executions.set(execution.arn, execution);
  world.tags.set(execution.arn, (Tags as Tag[] | undefined) ?? []);
  task.currentExecution = execution.arn;
  if (!mustWait(world, execution)) launch(world, execution);
  return { TaskExecutionArn: execution.arn };
}

let started = new WeakMap<World, number>();

function nextNumber(world: World): number {
  const nth = (started.get(world) ?? 0) + 1;
  started = started.set(world, nth);
  return nth;
}

/** Allows one running execution per task and filters; up to 50 others of the task are queued. */
function refuseTwins(world: World, task: Task, fields: Fields, queueing: string): void {
  const live = [...world.executions.values()].filter((e) => e.task === task && !isOver(e));
  const scope = (f: Readonly<Fields>): string =>
    JSON.stringify([f['Includes'] ?? [], f['Excludes'] ?? [], f['ManifestConfig'] ?? {}]);
  if (
    live.some((e) => scope(e.fields) === scope(fields)) ||
    (live.length > 0 && queueing === 'DISABLED')
  ) {
    throw invalidRequest('Invalid request: the task is already running.', 'TaskAlreadyRunning');
  }
  if (live.filter((e) => e.status === 'QUEUED').length >= MOST_QUEUED_PER_TASK) {
    throw invalidRequest(
      `More than ${MOST_QUEUED_PER_TASK} executions of the task are queued.`,
      'LimitExceeded',
    );
  }
}

export function describeTaskExecution(
  world: World,
  { TaskExecutionArn }: { TaskExecutionArn: string },
): unknown {
  const execution = find(world.executions, 'Task execution', TaskExecutionArn);
  const { Includes, Excludes, ManifestConfig, TaskReportConfig } = execution.fields;
  return {
    TaskExecutionArn,
    Status: execution.status,
    Options: execution.options,
    Includes,
    Excludes,
    ManifestConfig,
    TaskReportConfig,
    StartTime: execution.requestedAt / 1000,
    LaunchTime: seconds(execution.launchedAt),
    EndTime: seconds(execution.endedAt),
    ...ZERO_COUNTERS,
    ...execution.counters,
    Result: {
      PrepareStatus: 'PENDING',
      TransferStatus: 'PENDING',
      VerifyStatus: 'PENDING',
      ...execution.result,
    },
    ReportResult: TaskReportConfig ? (execution.report ?? noReport(execution)) : undefined,
    TaskMode: 'BASIC',
  };
}

/** The report is written at the end; an execution that failed earlier has none. */
function noReport(execution: Execution): unknown {
  if (!isOver(execution)) return { Status: 'PENDING' };
  const ErrorDetail = 'The task execution failed before it could make a report.';
  return { Status: 'ERROR', ErrorCode: 'NoReport', ErrorDetail };
}

const ZERO_COUNTERS = {
  EstimatedFilesToTransfer: 0,
  EstimatedBytesToTransfer: 0,
  FilesTransferred: 0,
  BytesWritten: 0,
  BytesTransferred: 0,
  BytesCompressed: 0,
  FilesDeleted: 0,
  FilesSkipped: 0,
  FilesVerified: 0,
  EstimatedFilesToDelete: 0,
};

const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1000;

export function updateTaskExecution(
  world: World,
  request: { TaskExecutionArn: string; Options: Fields },
): unknown {
  const execution = find(world.executions, 'Task execution', request.TaskExecutionArn);
  const others = Object.keys(request.Options).filter((name) => name !== 'BytesPerSecond');
  if (others.length > 0)
    throw invalidRequest(`Only BytesPerSecond can be updated, not ${others.join(', ')}.`);
  if (isOver(execution)) throw invalidRequest(`Task execution ${execution.arn} is not running.`);
  world.clock.after(UPDATE_TAKES_EFFECT_AFTER_MS, () => {
    execution.options = {
      ...execution.options,
      BytesPerSecond: request.Options['BytesPerSecond'] as number,
    };
  });
  return {};
}

export function cancelTaskExecution(
  world: World,
  { TaskExecutionArn }: { TaskExecutionArn: string },
): unknown {
  const execution = find(world.executions, 'Task execution', TaskExecutionArn);
  if (isOver(execution)) throw invalidRequest(`Task execution ${execution.arn} is not running.`);
  const wasQueued = execution.status === 'QUEUED';
  execution.status = 'CANCELLING';
  if (wasQueued)
    world.clock.after(1_000, () =>
      finish(
        world,
        execution,
        'ERROR',
        undefined,
        'Cancelled',
        'The task execution was cancelled.',
      ),
    );
  return {};
}

export function listTaskExecutions(
  world: World,
  request: PageRequest & { TaskArn?: string },
): unknown {
  const found = [...world.executions.values()].filter(
    (e) => request.TaskArn === undefined || e.task.arn === request.TaskArn,
  );
  const { items, NextToken } = page(found, request);
  return {
    TaskExecutions: items.map((e) => ({
      TaskExecutionArn: e.arn,
      Status: e.status,
      TaskMode: 'BASIC',
    })),
    NextToken,
  };
}
