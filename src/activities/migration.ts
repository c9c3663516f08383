/** What the state directory knows of a migration, read anew for each activity. */
import { LonghaulError } from '../errors/failure.ts';
import type { MigrationStore, StateDirectory } from '../state/state-directory.ts';
import { parsePlan } from '../policy/chunks/json.ts';
import type { ChunkPlan, PlannedChunk } from '../policy/chunks/plan.ts';
import type { Controls } from '../protocol/activities.ts';
import type { MigrationFile } from './deps.ts';

export const NO_CONTROLS: Controls = {
  addedExclusions: [],
  removedExclusions: [],
  exceptions: [],
  deletesAllowed: {},
};

/** Throws NO_SUCH_MIGRATION when it was never started here. */
export function readMigrationFile(store: MigrationStore): MigrationFile {
  const file = store.readMigration<MigrationFile>();
  if (file !== undefined) return file;
  throw new LonghaulError('NO_SUCH_MIGRATION', `No migration "${store.name}" was started here`);
}

export function readControls(store: MigrationStore): Controls {
  return { ...NO_CONTROLS, ...store.readControls<Partial<Controls>>() };
}

/** The patterns in force: those of the spec and those that operators added, without those they removed. */
export function excludesInForce(ofSpec: readonly string[], controls: Controls): readonly string[] {
  const removed = new Set(controls.removedExclusions);
  return [...new Set([...ofSpec, ...controls.addedExclusions])].filter(
    (pattern) => !removed.has(pattern),
  );
}

const plans = new WeakMap<StateDirectory, Map<string, ChunkPlan>>();

/** A plan version never changes, so it is parsed once a process. Undefined when there is none yet. */
export function readPlan(state: StateDirectory, migration: string): ChunkPlan | undefined {
  const store = state.migration(migration);
  const version = store.planVersion();
  if (version === 0) return undefined;
  const known = plans.get(state) ?? new Map<string, ChunkPlan>();
  plans.set(state, known);
  const key = `${migration}/${version}`;
  let plan = known.get(key);
  if (plan === undefined) {
    plan = parsePlan(store.readPlan(version));
    known.set(key, plan);
  }
  return plan;
}

/** Throws STATE_DAMAGED when the plan, or the chunk in it, is not there. */
export function readChunk(state: StateDirectory, migration: string, id: string): PlannedChunk {
  const found = readPlan(state, migration)?.chunks.find((chunk) => chunk.id === id);
  if (found !== undefined) return found;
  throw new LonghaulError('STATE_DAMAGED', `The plan of ${migration} has no chunk ${id}`);
}
