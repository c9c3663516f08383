/**
 * Scheduling: one execution at a time per agent, first come first served, and one at a time per task.
 * Source: user guide, "Starting a task" and quotas.
 */
import { agentsOf, isOver, type Execution, type World } from '../world/datasync.ts';

const occupies = (execution: Execution): boolean =>
  !isOver(execution) && execution.status !== 'QUEUED';

/** Returns true when the execution must wait for another one. */
export function mustWait(world: World, execution: Execution): boolean {
  const agents = new Set(agentsOf(world, execution.task));
  for (const other of world.executions.values()) {
    if (other === execution) continue;
    const sharesTask = other.task === execution.task;
    const sharesAgent = agentsOf(world, other.task).some((agent) => agents.has(agent));
    const before = other.nth < execution.nth && other.status === 'QUEUED';
    if ((sharesTask || sharesAgent) && (occupies(other) || before)) return true;
  }
  return false;
}

/** Returns the queued executions that may start, oldest first. */
export function released(world: World): readonly Execution[] {
  return [...world.executions.values()].filter(
    (execution) => execution.status === 'QUEUED' && !mustWait(world, execution),
  );
}
