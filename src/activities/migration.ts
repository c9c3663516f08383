/** Reads the chunk plan of a migration; a process parses each version once. */
import { LonghaulError } from '../errors/failure.ts';
import type { StateDirectory } from '../state/state-directory.ts';
import type { ChunkPlan, PlannedChunk } from '../policy/chunks/plan.ts';

const plans = new WeakMap<StateDirectory, Map<string, ChunkPlan>>();

/** Returns undefined when there is no plan yet. A plan version never changes: each is parsed once per process. */
export function readPlan(state: StateDirectory, migration: string): ChunkPlan | undefined {
  const store = state.migration(migration);
  const version = store.planVersion();
  if (version === 0) return undefined;
  const known = plans.get(state) ?? new Map<string, ChunkPlan>();
  plans.set(state, known);
  const key = `${migration}/${version}`;
  let plan = known.get(key);
  if (plan === undefined) {
    plan = store.readPlan(version);
    if (plan !== undefined) known.set(key, plan);
  }
  return plan;
}

/** Throws STATE_DAMAGED if there is no plan, or no such chunk in it. */
export function readChunk(state: StateDirectory, migration: string, id: string): PlannedChunk {
  const found = readPlan(state, migration)?.chunks.find((chunk) => chunk.id === id);
  if (found !== undefined) return found;
  throw new LonghaulError('STATE_DAMAGED', `The plan of ${migration} has no chunk ${id}`);
}
