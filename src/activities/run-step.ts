/** Runs one step of a chunk: loads its state, takes its lease, and calls the engine. */
import { readRecord, type MigrationRecord } from '../state/migration-record.ts';
import { excludesInForce } from '../policy/rounds/controls.ts';
import type { Engine, StepJob } from '../engines/engine.ts';
import { acquireLease } from '../state/lease.ts';
import { fromPrintable } from '../paths.ts';
import { capsInForce } from '../policy/rounds/deletes.ts';
import { longActivity } from './activity.ts';
import type { StepInput } from '../protocol/activities.ts';
import type { ActivityDeps } from './deps.ts';
import { throughBreaker } from './link/through-breaker.ts';
import type { LinkOf } from './links.ts';
import { ProgressMeter, type LiveProgress } from './live-progress.ts';
import { readChunk } from './migration.ts';

export interface StepWork<T> {
  readonly name: LiveProgress['step'];
  readonly run: (engine: Engine, job: StepJob) => Promise<T>;
}

export interface StepContext {
  readonly deps: ActivityDeps;
  readonly linkOf: LinkOf;
}

/**
 * Takes the chunk over from any earlier holder and runs the step until it ends, waiting out outages.
 * Throws a failure that needs a person or a new attempt.
 */
export function runStep<T>(
  { deps, linkOf }: StepContext,
  input: StepInput,
  work: StepWork<T>,
): Promise<T> {
  const meter = new ProgressMeter(work.name, deps.now);
  return longActivity(
    () => meter.live(),
    (signal) => {
      const migration = readRecord(deps.state.migration(input.migration));
      const engine = deps.engine(input.migration);
      const step = newLease(deps, input);
      const tryOnce = (): Promise<T> =>
        work.run(engine, stepJob(deps, input, { ...step, migration, signal, meter }));
      return throughBreaker(linkOf(migration), tryOnce, {
        signal,
        lanes: () => engine.lanes?.().of(input.chunk) ?? [],
        ...meter.tries(),
      });
    },
  );
}

function newLease(
  { state, holder }: ActivityDeps,
  { migration, chunk, round }: StepInput,
): Pick<StepJob, 'store' | 'lease' | 'chunk'> {
  const found = readChunk(state, migration, chunk);
  const store = state.migration(migration).chunk(chunk, round.number);
  return { chunk: found, store, lease: acquireLease(store.directory, holder) };
}

/** Reads the settings of operators, so that a change takes effect with the next try. */
function stepJob(
  deps: ActivityDeps,
  { migration: name, round }: StepInput,
  {
    migration,
    meter,
    ...given
  }: Pick<StepJob, 'store' | 'lease' | 'chunk' | 'signal'> & {
    readonly migration: MigrationRecord;
    readonly meter: ProgressMeter;
  },
): StepJob {
  const controls = deps.state.migration(name).readControls();
  const { spec } = migration;
  const caps = capsInForce(spec.deletes, controls.deletesAllowed[given.chunk.id]);
  return {
    ...given,
    migration: name,
    spec: { ...spec, deletes: { ...spec.deletes, ...caps } },
    round,
    exceptions: new Set(controls.exceptions.map(({ path }) => fromPrintable(path))),
    excludes: excludesInForce(spec.excludes, controls),
    onProgress: (progress) => meter.add(progress),
  };
}
