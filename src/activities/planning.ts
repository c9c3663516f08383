/** Assesses the source once and cuts it into chunks; keeps a plan that exists. */
import { readRecord, type MigrationRecord } from '../state/migration-record.ts';
import { excludesInForce } from '../policy/rounds/controls.ts';
import type { MigrationStore } from '../state/migration-store.ts';
import { LonghaulError } from '../errors/failure.ts';
import type { StateDirectory } from '../state/state-directory.ts';
import { openLedger } from '../ledger/ledger.ts';
import { fromPrintable } from '../paths.ts';
import { planRoots } from '../policy/chunks/listed.ts';
import { planChunks } from '../policy/chunks/plan-chunks.ts';
import { compareChunkIds, type ChunkPlan, type DirectorySummary } from '../policy/chunks/plan.ts';
import { toChunkLimits, toWorkflowSettings } from '../spec/settings.ts';
import { longActivity, shortActivity } from './activity.ts';
import type { ChunkPage, ControlActivities, StepActivities } from '../protocol/activities.ts';
import type { ActivityDeps } from './deps.ts';
import { throughBreaker } from './link/through-breaker.ts';
import { ProgressMeter } from './live-progress.ts';
import { readPlan } from './migration.ts';
import type { StepContext } from './run-step.ts';

export function planningActivities(
  context: StepContext,
): Pick<StepActivities, 'assessAndPlan'> & Pick<ControlActivities, 'listChunks'> {
  const { deps } = context;
  return {
    assessAndPlan: async ({ migration: name }) => {
      const meter = new ProgressMeter('plan', deps.now);
      const store = deps.state.migration(name);
      const plan = await longActivity(
        () => meter.live(),
        (signal) => existingOrNewPlan(context, store, { meter, signal }),
      );
      return {
        settings: toWorkflowSettings(readRecord(store).spec),
        chunks: plan.chunks.length,
        revision: plan.revision,
      };
    },
    listChunks: (input) => shortActivity(() => listChunks(deps, input)),
  };
}

interface Running {
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
}

async function existingOrNewPlan(
  context: StepContext,
  store: MigrationStore,
  running: Running,
): Promise<ChunkPlan> {
  const migration = readRecord(store);
  const existing = readPlan(context.deps.state, store.name);
  const plan = existing ?? (await makePlan(context, migration, running));
  if (existing === undefined) store.writePlan(plan);
  recordPlan(store, plan);
  return plan;
}

async function makePlan(
  context: StepContext,
  migration: MigrationRecord,
  running: Running,
): Promise<ChunkPlan> {
  const { source, chunks } = migration.spec;
  const limits = toChunkLimits(migration.spec);
  const now = (): { now: number } => ({ now: context.deps.now() });
  if (source.path === undefined || chunks.roots.length > 0)
    return planRoots(chunks.roots.map(fromPrintable), limits, now());
  const summaries = await assessSource(context, migration, running);
  return planChunks(summaries, limits, now());
}

function assessSource(
  { deps, linkOf }: StepContext,
  migration: MigrationRecord,
  { meter, signal }: Running,
): Promise<Iterable<DirectorySummary>> {
  const { spec } = migration;
  const store = deps.state.migration(spec.name);
  const excludes = [...excludesInForce(spec.excludes, store.readControls())];
  const assess = (): Promise<Iterable<DirectorySummary>> =>
    deps.assess({
      spec: { ...spec, excludes },
      outDirectory: store.assessDirectory,
      signal,
      onProgress: ({ entries, bytes }) =>
        meter.add({
          step: 'scan',
          doneEntries: entries,
          totalEntries: undefined,
          doneBytes: bytes,
          totalBytes: undefined,
        }),
    });
  return throughBreaker(linkOf(migration), assess, { signal, ...meter.tries() });
}

function recordPlan(store: MigrationStore, { revision, totals, chunks, madeAt }: ChunkPlan): void {
  openLedger(store.ledgerPath).append({
    kind: 'plan',
    key: `plan/${revision}`,
    at: madeAt,
    revision,
    chunks: chunks.length,
    entries: totals.entries,
    bytes: totals.bytes,
  });
}

/** A round over a plan that is missing would have no chunks, and end as if nothing had changed. */
function planInForce(state: StateDirectory, migration: string): ChunkPlan {
  const plan = readPlan(state, migration);
  if (plan !== undefined) return plan;
  throw new LonghaulError('STATE_DAMAGED', `The chunk plan of ${migration} is missing`, {
    path: state.migration(migration).directory,
  });
}

/** Returns ids in order from one after `after`, so that a page that is requested again is the same. */
function listChunks(
  { state }: ActivityDeps,
  { migration, after = '', limit }: Parameters<ControlActivities['listChunks']>[0],
): ChunkPage {
  const ids = planInForce(state, migration).chunks.map(({ id }) => id);
  const first = ids.findIndex((id) => after === '' || compareChunkIds(id, after) > 0);
  return { ids: first < 0 ? [] : ids.slice(first, first + limit), total: ids.length };
}
