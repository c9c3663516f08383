/**
 * A task for each chunk, or a few tasks whose executions carry the filters of their chunk. Tasks have a
 * quota, take minutes to make and four network interfaces each; a task of its own shows each chunk's
 * history in the console, and can be stopped there by itself.
 */
export interface LayoutFacts {
  readonly asked: 'auto' | 'task-per-chunk' | 'pool';
  readonly chunks: number;
  readonly agents: number;
  readonly taskQuota: number;
  /** Tasks in the region that are not this migration's. */
  readonly otherTasks: number;
}

export interface LayoutAnswer {
  readonly layout: 'task-per-chunk' | 'pool';
  readonly tasks: number;
  readonly networkInterfaces: number;
  readonly because: string;
}

/** Of DataSync's 'Tasks' in Service Quotas. */
export const TASK_QUOTA_CODE = 'L-74E04279';
/** Source: user guide, network requirements. */
export const INTERFACES_PER_TASK = 4;
/** For the delete-pass of a chunk, which has a location of its own while it runs; one an agent. */
const REMOVAL_TASKS = 1;

export function chooseLayout({
  asked,
  chunks,
  agents,
  taskQuota,
  otherTasks,
}: LayoutFacts): LayoutAnswer {
  const free = taskQuota - otherTasks;
  const needed = chunks + agents * REMOVAL_TASKS;
  const room = `${free} of ${taskQuota} tasks are free`;
  if (asked === 'pool') return answer('pool', agents, 'as aws.layout asks');
  if (asked === 'task-per-chunk') return answer('task-per-chunk', chunks, 'as aws.layout asks');
  if (agents > 1) {
    const because = `${agents} agents: a task is bound to one agent, and in a pool each chunk goes to the agent that is free`;
    return answer('pool', agents, because);
  }
  if (needed > free) {
    const because = `${chunks} chunks need ${needed} tasks, and ${room}`;
    return answer('pool', agents, because);
  }
  return answer('task-per-chunk', chunks, `${chunks} chunks need ${needed} tasks, and ${room}`);
}

function answer(layout: LayoutAnswer['layout'], tasks: number, because: string): LayoutAnswer {
  return { layout, tasks, networkInterfaces: tasks * INTERFACES_PER_TASK, because };
}
