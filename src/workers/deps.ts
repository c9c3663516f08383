/** The composition root: the only place that creates engines and clients. */
import { readRecord, type MigrationRecord } from '../state/migration-record.ts';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ActivityDeps, AssessRequest } from '../activities/deps.ts';
import type { Engine } from '../engines/engine.ts';
import { assessTree } from '../engines/posix/steps/assess.ts';
import { readDirectorySummaries } from '../engines/posix/tree/summaries.ts';
import { createPosixEngine } from '../engines/posix/engine.ts';
import { LonghaulError } from '../errors/failure.ts';
import type { StateDirectory } from '../state/state-directory.ts';
import type { DirectorySummary } from '../policy/chunks/plan.ts';
import { filterable } from '../policy/datasync/filters.ts';
import { isDataSyncSpec, treeName } from '../spec/kinds.ts';

export interface WorkerDeps extends ActivityDeps {
  /** Creates the engine of a migration; call it before `engine`. */
  readonly prepare: (migration: string) => Promise<void>;
  /** Ends the threads of all engines. */
  readonly dispose: () => Promise<void>;
}

export function createDeps(state: StateDirectory): WorkerDeps {
  const engines = new Map<string, Engine>();
  return {
    state,
    aws: async (settings) => (await import('../aws/clients.ts')).createAwsClients(settings),
    prepare: async (name) => {
      if (engines.has(name)) return;
      engines.set(name, await engineOf(state, readRecord(state.migration(name))));
    },
    engine: (name) => {
      const engine = engines.get(name);
      if (engine === undefined) throw new LonghaulError('BUG', `${name} is not prepared`);
      return engine;
    },
    assess,
    holder: `${hostname()}/${process.pid}`,
    now: Date.now,
    dispose: async () => {
      await Promise.all([...engines.values()].map((engine) => engine.dispose()));
      engines.clear();
    },
  };
}

/** Loads the AWS SDK only if it is used: it takes a third of the start-up time of a worker. */
async function engineOf(state: StateDirectory, migration: MigrationRecord): Promise<Engine> {
  const { spec, identities } = migration;
  if (isDataSyncSpec(spec))
    return (await import('./datasync.ts')).dataSyncEngineOf(state, migration);
  return createPosixEngine({ spec, ...(identities === undefined ? {} : { identities }) });
}

async function assess(request: AssessRequest): Promise<Iterable<DirectorySummary>> {
  const { spec, outDirectory, signal, onProgress } = request;
  if (spec.source.path === undefined) {
    throw new LonghaulError(
      'TREES_NOT_SEEN',
      `${treeName(spec.source)} is not mounted on this host`,
    );
  }
  mkdirSync(outDirectory, { recursive: true });
  const { summariesPath } = await assessTree({
    root: spec.source.path,
    excludes: { patterns: spec.excludes, defaults: spec.defaultExcludes },
    threads: spec.concurrency.threads,
    outDirectory,
    signal,
    onProgress,
  });
  if (summariesPath === undefined) throw new LonghaulError('BUG', 'No summaries were written');
  const summaries = readDirectorySummaries(summariesPath);
  return isDataSyncSpec(spec) ? filterable(summaries) : summaries;
}
