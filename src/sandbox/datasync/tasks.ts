/** Tasks: slow creation, a status derived from agents and executions, and the quota. */
import { existsSync } from 'node:fs';
import { hexId } from '../world/random.ts';
import { invalidRequest } from '../wire/service-error.ts';
import { directoryOf } from './locations.ts';
import { page, passes, type ListFilter, type PageRequest } from './paging.ts';
import {
  agentsOf,
  agentStatus,
  find,
  isOver,
  type Options,
  type Tag,
  type Task,
  type TaskStatus,
  type World,
} from '../world/datasync.ts';

type Fields = Record<string, unknown>;

/** The defaults of the service. */
const DEFAULT_OPTIONS: Options = {
  VerifyMode: 'POINT_IN_TIME_CONSISTENT',
  OverwriteMode: 'ALWAYS',
  Atime: 'BEST_EFFORT',
  Mtime: 'PRESERVE',
  Uid: 'INT_VALUE',
  Gid: 'INT_VALUE',
  PreserveDeletedFiles: 'PRESERVE',
  PreserveDevices: 'NONE',
  PosixPermissions: 'PRESERVE',
  BytesPerSecond: -1,
  TaskQueueing: 'ENABLED',
  LogLevel: 'OFF',
  TransferMode: 'CHANGED',
  SecurityDescriptorCopyFlags: 'NONE',
  ObjectTags: 'NONE',
};

export function withOptions(base: Options | undefined, changes: unknown): Options {
  const options = { ...(base ?? DEFAULT_OPTIONS), ...(changes as Partial<Options> | undefined) };
  if (options.TransferMode === 'ALL' && options.PreserveDeletedFiles === 'REMOVE') {
    throw invalidRequest(
      'Invalid SyncOption value. Option: TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE.',
    );
  }
  const times = `${String(options['Atime'])},${String(options['Mtime'])}`;
  if (times !== 'BEST_EFFORT,PRESERVE' && times !== 'NONE,NONE') {
    throw invalidRequest(`Invalid SyncOption value. Option: Atime,Mtime, Value: ${times}.`);
  }
  return options;
}

export function createTask(world: World, request: Fields): unknown {
  const {
    SourceLocationArn,
    DestinationLocationArn,
    Name,
    Options: options,
    Tags,
    TaskMode,
    ...fields
  } = request;
  if (TaskMode === 'ENHANCED')
    throw invalidRequest('Task mode ENHANCED does not support these locations.');
  if (world.tasks.size >= world.taskQuota) {
    throw invalidRequest(`Task limit exceeded: ${world.taskQuota}.`, 'LimitExceeded');
  }
  const arn = `arn:aws:datasync:${world.region}:${world.account}:task/task-${hexId(world.random, 17)}`;
  const task: Task = {
    arn,
    source: find(world.locations, 'Location', SourceLocationArn as string),
    destination: find(world.locations, 'Location', DestinationLocationArn as string),
    createdAt: world.clock.now(),
    name: Name as string | undefined,
    ready: 'creating',
    options: withOptions(undefined, options),
    fields: { ...fields, ...networkInterfaces(world) },
    currentExecution: undefined,
  };
  world.tasks.set(arn, task);
  world.tags.set(arn, (Tags as Tag[] | undefined) ?? []);
  comeUp(world, task);
  return { TaskArn: arn };
}

/** A task takes four network interfaces in the subnet of the EFS location. */
function networkInterfaces(world: World): Fields {
  const eni = (): string =>
    `arn:aws:ec2:${world.region}:${world.account}:network-interface/eni-${hexId(world.random, 17)}`;
  return {
    SourceNetworkInterfaceArns: [],
    DestinationNetworkInterfaceArns: [eni(), eni(), eni(), eni()],
  };
}

/** With new mount targets a task is CREATING, then UNAVAILABLE for a while, then AVAILABLE. */
function comeUp(world: World, task: Task): void {
  const half = world.timings.createTaskMs / 2;
  world.clock.after(half, () => {
    if (world.flapping) task.ready = 'flapping';
  });
  world.clock.after(2 * half, () => {
    task.ready = 'ready';
  });
}

export function statusOf(world: World, task: Task): TaskStatus {
  if (task.ready === 'creating') return 'CREATING';
  if (task.ready === 'flapping' || mountError(world, task)) return 'UNAVAILABLE';
  if (agentsOf(world, task).some((agent) => agentStatus(world, agent) === 'OFFLINE')) {
    return 'UNAVAILABLE';
  }
  const running = [...world.executions.values()].filter((e) => e.task === task && !isOver(e));
  if (running.some((e) => e.status !== 'QUEUED')) return 'RUNNING';
  return running.length > 0 ? 'QUEUED' : 'AVAILABLE';
}

function mountError(world: World, task: Task): string | undefined {
  for (const location of [task.source, task.destination]) {
    if (location.kind !== 's3' && !existsSync(directoryOf(world, location))) {
      return `Task failed to access location ${location.arn.split('/').at(-1)}: x40016: mount.nfs: mounting failed, reason given by server: No such file or directory`;
    }
  }
  return undefined;
}

export function describeTask(world: World, { TaskArn }: { TaskArn: string }): unknown {
  const task = find(world.tasks, 'Task', TaskArn);
  const Status = statusOf(world, task);
  const problem = task.ready === 'ready' ? mountError(world, task) : undefined;
  return {
    TaskArn,
    Status,
    Name: task.name,
    CurrentTaskExecutionArn: task.currentExecution,
    SourceLocationArn: task.source.arn,
    DestinationLocationArn: task.destination.arn,
    Options: task.options,
    CreationTime: task.createdAt / 1000,
    TaskMode: 'BASIC',
    ...task.fields,
    ...(problem === undefined
      ? {}
      : { ErrorCode: 'SyncTaskErrorLocationNotAdded', ErrorDetail: problem }),
  };
}

export function updateTask(world: World, request: Fields): unknown {
  const { TaskArn, Options: options, Name, ...changes } = request;
  const task = find(world.tasks, 'Task', TaskArn as string);
  if (options !== undefined) task.options = withOptions(task.options, options);
  if (Name !== undefined) task.name = Name as string;
  task.fields = { ...task.fields, ...changes };
  return {};
}

export function listTasks(
  world: World,
  request: PageRequest & { Filters?: ListFilter[] },
): unknown {
  const found = [...world.tasks.values()].filter((task) =>
    (request.Filters ?? []).every((filter) =>
      filter.Name === 'LocationId'
        ? [task.source, task.destination].some(
            (l) => passes(filter, l.arn) || passes(filter, l.arn.split('/').at(-1) ?? ''),
          )
        : passes(filter, new Date(task.createdAt).toISOString()),
    ),
  );
  const { items, NextToken } = page(found, request);
  return {
    Tasks: items.map((t) => ({
      TaskArn: t.arn,
      Status: statusOf(world, t),
      Name: t.name,
      TaskMode: 'BASIC',
    })),
    NextToken,
  };
}

export function deleteTask(world: World, { TaskArn }: { TaskArn: string }): unknown {
  const task = find(world.tasks, 'Task', TaskArn);
  if ([...world.executions.values()].some((e) => e.task === task && !isOver(e))) {
    throw invalidRequest(`Task ${TaskArn} has a running execution.`);
  }
  world.tasks.delete(TaskArn);
  world.tags.delete(TaskArn);
  return {};
}
