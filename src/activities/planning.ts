/** Looks at the source once and cuts it into chunks; a plan that exists is kept. */
import type { MigrationStore } from '../state/state-directory.ts';
import { openLedger } from '../ledger/ledger.ts';
import { fromPrintable } from '../paths.ts';
import { planToJson } from '../policy/chunks/json.ts';
import { planRoots } from '../policy/chunks/listed.ts';
import { planChunks, type ChunkPlan } from '../policy/chunks/plan.ts';
import { toChunkLimits, toWorkflowSettings } from '../spec/settings.ts';
import { longActivity, shortActivity } from './activity.ts';
import { throughBreaker } from './breaker.ts';
import type { ChunkPage, ControlActivities, StepActivities } from '../protocol/activities.ts';
import type { ActivityDeps, MigrationFile } from './deps.ts';
import { ProgressMeter } from './live-progress.ts';
import { excludesInForce, readControls, readMigrationFile, readPlan } from './migration.ts';
import { linkDeps } from './run-step.ts';

export function planningActivities(
  deps: ActivityDeps,
): Pick<StepActivities, 'assessAndPlan'> & Pick<ControlActivities, 'listChunks'> {
  return {
    assessAndPlan: async ({ migration }) => {
      const meter = new ProgressMeter('plan', deps.now);
      const plan = await longActivity(
        () => meter.live(),
        (signal) => existingOrNewPlan(deps, migration, { meter, signal }),
      );
      const { spec } = readMigrationFile(deps.state.migration(migration));
      return {
        settings: toWorkflowSettings(spec),
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
  deps: ActivityDeps,
  name: string,
  running: Running,
): Promise<ChunkPlan> {
  const store = deps.state.migration(name);
  const migration = readMigrationFile(store);
  const plan = readPlan(deps.state, name) ?? (await newPlan(deps, store, migration, running));
  recordPlan(store, plan);
  return plan;
}

async function newPlan(
  deps: ActivityDeps,
  store: MigrationStore,
  migration: MigrationFile,
  { meter, signal }: Running,
): Promise<ChunkPlan> {
  const { spec } = migration;
  if (spec.source.path === undefined || spec.chunks.roots.length > 0) {
    const plan = planRoots(spec.chunks.roots.map(fromPrintable), toChunkLimits(spec), {
      now: deps.now(),
    });
    store.writePlan(plan.revision, planToJson(plan));
    return plan;
  }
  const excludes = excludesInForce(spec.excludes, readControls(store));
  const link = linkDeps(deps, migration, deps.engine(store.name));
  const summaries = await throughBreaker(
    link,
    () =>
      deps.assess({
        spec: { ...spec, excludes: [...excludes] },
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
      }),
    {
      signal,
      done: () => meter.done,
      onParked: (because) => meter.park(because),
      onGo: () => meter.goOn(),
    },
  );
  const plan = planChunks(summaries, toChunkLimits(spec), { now: deps.now() });
  store.writePlan(plan.revision, planToJson(plan));
  return plan;
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

/** Ids are sorted, and a page begins after one, so that a page asked for again is the same. */
function listChunks(
  { state }: ActivityDeps,
  { migration, after = '', limit }: Parameters<ControlActivities['listChunks']>[0],
): ChunkPage {
  const ids = readPlan(state, migration)?.chunks.map(({ id }) => id) ?? [];
  const first = ids.findIndex((id) => id > after);
  return { ids: first < 0 ? [] : ids.slice(first, first + limit), total: ids.length };
}
