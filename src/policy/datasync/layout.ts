/**
 * Chooses between one task per chunk and a pool of one task per agent, whose executions carry the filters
 * of their chunk. Tasks count against a quota, take minutes to create and need four network interfaces
 * each. In return, a task per chunk shows the history of each chunk in the console.
 */
export interface LayoutFacts {
  readonly asked: 'auto' | 'task-per-chunk' | 'pool';
  readonly chunks: number;
  readonly agents: number;
  readonly taskQuota: number;
  /** Tasks in the region that belong to other migrations. */
  readonly otherTasks: number;
}

export interface LayoutAnswer {
  readonly layout: 'task-per-chunk' | 'pool';
  readonly tasks: number;
  readonly networkInterfaces: number;
  readonly because: string;
}

/** Code of the quota 'Tasks' of DataSync in Service Quotas. */
export const TASK_QUOTA_CODE = 'L-74E04279';
/** Source: user guide, network requirements. */
export const INTERFACES_PER_TASK = 4;
/** A delete-pass uses a task with locations of its own while it runs. */
const REMOVAL_TASKS_PER_AGENT = 1;

export function chooseLayout(facts: LayoutFacts): LayoutAnswer {
  const { asked, chunks, agents, taskQuota, otherTasks } = facts;
  if (asked === 'pool') return answer('pool', agents, 'set by aws.layout');
  if (asked === 'task-per-chunk') return answer('task-per-chunk', chunks, 'set by aws.layout');
  if (agents > 1) {
    const because = `${agents} agents: a task is bound to one agent, and in a pool each chunk goes to a free agent`;
    return answer('pool', agents, because);
  }
  const free = taskQuota - otherTasks;
  const needed = chunks + agents * REMOVAL_TASKS_PER_AGENT;
  const because = `${chunks} chunks need ${needed} tasks, and ${free} of ${taskQuota} tasks are free`;
  return needed > free
    ? answer('pool', agents, because)
    : answer('task-per-chunk', chunks, because);
}

function answer(layout: LayoutAnswer['layout'], tasks: number, because: string): LayoutAnswer {
  return { layout, tasks, networkInterfaces: tasks * INTERFACES_PER_TASK, because };
}
