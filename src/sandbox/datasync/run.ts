/**
 * The phases of an execution in Basic mode: LAUNCHING → PREPARING → TRANSFERRING → VERIFYING. Each takes
 * sandbox time, and bytes are really copied. An execution cannot be resumed: entries that were copied
 * before a failure stay, the next execution copies the rest.
 */
import { released } from './scheduler.ts';
import { writeReport } from './report.ts';
import { finishDirectory, finishRoot, removeItem } from './tree.ts';
import {
  agentsOf,
  agentStatus,
  isOver,
  setAgent,
  type Execution,
  type ExecutionStatus,
  type World,
} from '../world/datasync.ts';
import { estimates, moveOne, planWork, sizeOf, verifyOne, type Work } from './work.ts';

const TICK_MS = 1_000;
const REFRESH_MS = 15_000;
const AGENT_RETRY_MS = 5_000;

/** Starts an execution that does not have to wait. */
export function launch(world: World, execution: Execution): void {
  execution.status = 'LAUNCHING';
  execution.launchedAt = world.clock.now();
  const [least, most] = world.timings.launchMs;
  world.clock.after(least + world.random() * (most - least), () =>
    leaveLaunching(world, execution),
  );
}

/** Ends LAUNCHING, unless an unreachable agent or a fault keeps the execution in it. */
function leaveLaunching(world: World, execution: Execution): void {
  if (execution.status !== 'LAUNCHING') return settleCancel(world, execution);
  const fault = world.faults.onExecution(execution.nth);
  if (fault?.stuck) {
    world.faults.strike(fault);
    return waitForCancel(world, execution);
  }
  if (failsHere(world, execution, 'LAUNCHING')) return;
  if (waits(world, execution, () => leaveLaunching(world, execution))) return;
  prepare(world, execution);
}

function waitForCancel(world: World, execution: Execution): void {
  if (execution.status === 'CANCELLING') return settleCancel(world, execution);
  if (!isOver(execution)) world.clock.after(AGENT_RETRY_MS, () => waitForCancel(world, execution));
}

function reachable(world: World, execution: Execution): boolean {
  return world.linkUp && agentsOf(world, execution.task).every((agent) => agent.up);
}

/** Returns true and schedules `again` when an agent is unreachable: nothing is transferred meanwhile. */
function waits(world: World, execution: Execution, again: () => void): boolean {
  if (reachable(world, execution)) return false;
  world.clock.after(AGENT_RETRY_MS, again);
  return true;
}

function prepare(world: World, execution: Execution): void {
  execution.status = 'PREPARING';
  const began = world.clock.now();
  const work = planWork(world, execution);
  const items = work.source.size + work.destination.size;
  world.clock.after((items / world.timings.itemsPreparedPerSecond) * 1000, function prepared() {
    if (
      interrupted(world, execution, 'Prepare', began) ||
      failsHere(world, execution, 'PREPARING') ||
      waits(world, execution, prepared)
    )
      return;
    execution.counters = { ...execution.counters, ...estimates(work) };
    phaseDone(execution, 'Prepare', world.clock.now() - began);
    transfer(world, execution, work);
  });
}

function transfer(world: World, execution: Execution, work: Work): void {
  execution.status = 'TRANSFERRING';
  work.live = {
    FilesTransferred: 0,
    BytesWritten: 0,
    BytesTransferred: 0,
    BytesCompressed: 0,
    FilesSkipped: 0,
    FilesDeleted: 0,
  };
  const began = world.clock.now();
  let next = 0;
  let budget = 0;
  let refreshedAt = began;
  const tick = (): void => {
    if (interrupted(world, execution, 'Transfer', began)) return;
    if (failsHere(world, execution, 'TRANSFERRING', work)) return;
    if (waits(world, execution, tick)) return;
    budget += (rateOf(world, execution) * TICK_MS) / 1000;
    while (next < work.pending.length && sizeOf(work.pending[next]!) <= budget) {
      const item = work.pending[next++]!;
      budget -= sizeOf(item);
      moveOne(world, execution, work, item);
    }
    if (world.clock.now() - refreshedAt >= REFRESH_MS) {
      refreshedAt = world.clock.now();
      refresh(execution, work, 'Transfer', refreshedAt - began);
    }
    if (next < work.pending.length) world.clock.after(TICK_MS, tick);
    else endTransfer(world, execution, work, began);
  };
  world.clock.after(TICK_MS, tick);
}

/** Returns this execution's share of the link, limited by BytesPerSecond. */
function rateOf(world: World, execution: Execution): number {
  const sharing = [...world.executions.values()].filter((e) => e.status === 'TRANSFERRING').length;
  const share = world.timings.linkBytesPerSecond / Math.max(1, sharing);
  const limit = execution.options.BytesPerSecond;
  return limit < 0 ? share : Math.min(share, limit);
}

function endTransfer(world: World, execution: Execution, work: Work, began: number): void {
  for (const path of [...work.removals].reverse()) {
    removeItem(work.to, path);
    work.live['FilesDeleted']! += 1;
    work.outcomes.push({ path, what: 'deleted' });
  }
  for (const item of [...work.source.values()].reverse()) {
    if (item.kind === 'directory') finishDirectory(work.to, item);
  }
  finishRoot(work.from, work.to);
  refresh(execution, work, 'Transfer', world.clock.now() - began);
  phaseDone(execution, 'Transfer', world.clock.now() - began);
  if (execution.options.VerifyMode === 'NONE') return complete(world, execution, work);
  verify(world, execution, work);
}

function verify(world: World, execution: Execution, work: Work): void {
  execution.status = 'VERIFYING';
  const began = world.clock.now();
  const everything = execution.options.VerifyMode === 'POINT_IN_TIME_CONSISTENT';
  const items = everything
    ? [...work.source.values()].filter((item) => item.kind !== 'other')
    : work.pending.filter((item) => work.fingerprints.has(item.path));
  const bytes = items.reduce((sum, item) => sum + sizeOf(item), 0) * (everything ? 2 : 1);
  world.clock.after((bytes / world.timings.verifiedBytesPerSecond) * 1000, function verified() {
    if (
      interrupted(world, execution, 'Verify', began) ||
      failsHere(world, execution, 'VERIFYING', work) ||
      waits(world, execution, verified)
    )
      return;
    for (const item of items) verifyOne(work, item, everything);
    execution.counters = { ...execution.counters, FilesVerified: items.length };
    phaseDone(execution, 'Verify', world.clock.now() - began);
    complete(world, execution, work);
  });
}

function complete(world: World, execution: Execution, work: Work): void {
  const mismatched = work.outcomes.some((outcome) => outcome.what === 'mismatched');
  const skipped = work.outcomes.some((outcome) => outcome.what === 'skipped');
  if (mismatched) {
    finish(
      world,
      execution,
      'ERROR',
      work,
      'OpNotSupp',
      'Transfer and verification completed. Verification detected mismatches. Files with mismatches are listed in the report.',
    );
    execution.result['VerifyStatus'] = 'ERROR';
  } else if (skipped) {
    finish(
      world,
      execution,
      'ERROR',
      work,
      'FilesSkipped',
      'Transfer and verification completed. Selected files transferred except for files skipped due to errors. If no skipped files are listed in the report, review the file system logs.',
    );
  } else finish(world, execution, 'SUCCESS', work);
}

function refresh(execution: Execution, work: Work, phase: string, elapsedMs: number): void {
  execution.counters = { ...execution.counters, ...work.live };
  execution.result = { ...execution.result, [`${phase}Duration`]: Math.round(elapsedMs) };
}

function phaseDone(execution: Execution, phase: string, elapsedMs: number): void {
  execution.result = {
    ...execution.result,
    [`${phase}Duration`]: Math.round(elapsedMs),
    [`${phase}Status`]: 'SUCCESS',
  };
}

/** Returns true when the execution is over: cancelled, or its agent was unreachable for too long. */
function interrupted(world: World, execution: Execution, phase: string, began: number): boolean {
  if (isOver(execution)) return true;
  if (execution.status === 'CANCELLING') {
    settleCancel(world, execution);
    return true;
  }
  if (reachable(world, execution)) return false;
  const silent = agentsOf(world, execution.task).some(
    (agent) => agentStatus(world, agent) === 'OFFLINE',
  );
  if (!silent) return false;
  execution.result = {
    ...execution.result,
    [`${phase}Status`]: 'ERROR',
    [`${phase}Duration`]: Math.round(world.clock.now() - began),
  };
  finish(world, execution, 'ERROR', undefined, 'AgentOffline', 'Connection to the agent was lost.');
  return true;
}

function failsHere(
  world: World,
  execution: Execution,
  phase: ExecutionStatus,
  work?: Work,
): boolean {
  const fault = world.faults.onExecution(execution.nth);
  if (fault?.in !== phase) return false;
  if (fault.offline !== undefined && world.faults.strike(fault))
    takeAgentsAway(world, execution, fault.offline);
  if (fault.fail === undefined) return false;
  world.faults.strike(fault);
  if (work && work.live['BytesWritten'] !== undefined)
    execution.counters = { ...execution.counters, ...work.live };
  finish(world, execution, 'ERROR', work, fault.fail, fault.detail);
  return true;
}

function takeAgentsAway(world: World, execution: Execution, forMs: number): void {
  const set = (up: boolean): void => {
    for (const agent of agentsOf(world, execution.task)) setAgent(world, agent, up);
  };
  set(false);
  world.clock.after(forMs, () => set(true));
}

function settleCancel(world: World, execution: Execution): void {
  if (!isOver(execution))
    finish(world, execution, 'ERROR', undefined, 'Cancelled', 'The task execution was cancelled.');
}

/** Ends an execution, writes its report, and starts the next one. */
export function finish(
  world: World,
  execution: Execution,
  status: 'SUCCESS' | 'ERROR',
  work?: Work,
  code?: string,
  detail?: string,
): void {
  execution.endedAt = world.clock.now();
  execution.result = {
    ...execution.result,
    TotalDuration: Math.round(execution.endedAt - (execution.launchedAt ?? execution.endedAt)),
    ...(code === undefined ? {} : { ErrorCode: code, ErrorDetail: detail }),
  };
  execution.status = status;
  if (work) execution.report = writeReport(world, execution, work.outcomes);
  world.clock.after(world.timings.historyMs, () => world.executions.delete(execution.arn));
  for (const next of released(world)) launch(world, next);
}
