/** The POSIX mover behind longhaul's engine interface: any mounted tree to any mounted tree. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromPrintable } from '../../paths.ts';
import { posixSpec } from '../../spec/kinds.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import type { ChunkSum, StepResult } from '../../model/round.ts';
import type { Engine, EngineFeatures, StepJob } from '../engine.ts';
import { fixBase } from '../../catalog/base-catalog.ts';
import { closeChunk } from './steps/close.ts';
import { copyChunk } from './steps/copy.ts';
import { deletePassChunk, deleteRefusedPath } from './steps/delete-pass.ts';
import { compileExcludes, type ExcludeRules } from './tree/excludes.ts';
import type { TreeIdentity } from '../../model/tree-identity.ts';
import type { Side } from './native/errno.ts';
import { ThreadPool } from './pool/pool.ts';
import { preflight } from './preflight.ts';
import { proveTree } from './tree/prove-tree.ts';
import { scanChunk } from './steps/scan.ts';
import { progressReporter, withRoots, type StepContext } from './steps/step.ts';
import { trashPath } from './standalone/trash.ts';
import { verifyChunk } from './steps/verify.ts';
import { buildWorklist } from './round/worklist.ts';

export interface PosixEngineOptions {
  readonly spec: MigrationSpec;
  /** As recorded when the migration started; without them nothing is deleted. */
  readonly identities?: { readonly source: TreeIdentity; readonly destination: TreeIdentity };
  readonly threads?: number;
  /** Files above this are copied in durable parts of this size. */
  readonly partBytes?: number;
}

const FEATURES: EngineFeatures = {
  name: 'posix',
  preservesHardLinks: true,
  preservesXattrs: true,
  preservesHoles: true,
  timePrecisionNs: 1,
  liveBandwidth: true,
};
const PART_BYTES = 64 * 2 ** 20;

export function createPosixEngine(options: PosixEngineOptions): Engine {
  return new PosixEngine(options);
}

class PosixEngine implements Engine {
  readonly features = FEATURES;
  private readonly options: PosixEngineOptions;
  private pool: ThreadPool | undefined;
  private bytesPerSecond: number | undefined;

  constructor(options: PosixEngineOptions) {
    this.options = options;
  }

  preflight(spec: MigrationSpec): ReturnType<Engine['preflight']> {
    return Promise.resolve(preflight(spec));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a throw must be a rejection
  async probe(): Promise<void> {
    this.prove('source');
    this.prove('destination');
  }

  async scan(job: StepJob): Promise<StepResult> {
    const startedAt = Date.now();
    const { store, spec } = job;
    job.lease.check();
    if (scanIsToBeMended(store.roundDirectory)) await this.beginAnew(job);
    const catalogPath = fixBase(store);
    const { identities } = this.options;
    const report = progressReporter('scan', job.onProgress, {});
    const scanned = await scanChunk({
      pool: this.threads(),
      chunk: job.chunk,
      excludes: rulesOf(job),
      specialFiles: spec.specialFiles,
      roundDirectory: store.roundDirectory,
      ...(identities
        ? { expected: { identity: identities.source, marker: spec.source.marker } }
        : {}),
      signal: job.signal,
      onProgress: ({ entries, bytes }) => report({ entries, bytes }),
    });
    job.lease.check();
    const { mountPoints, ...work } = await buildWorklist({
      manifestPath: join(store.roundDirectory, 'manifest'),
      catalogPath,
      roundDirectory: store.roundDirectory,
      exceptions: job.exceptions,
      without: job.chunk.without,
      setAside: scanned.setAside,
    });
    const { open, directories, entries, bytes, incomplete, listed, resumed } = scanned;
    return {
      step: 'scan',
      counters: {
        directories,
        entries,
        bytes,
        incomplete,
        listed,
        resumed,
        mountPoints: mountPoints.length,
        ...work,
      },
      blocked: open.filter(({ path }) => !job.exceptions.has(fromPrintable(path))).length,
      open,
      elapsedMs: Date.now() - startedAt,
    };
  }

  /** A scan that could not see everything is done again; what was done since is folded in first. */
  private async beginAnew(job: StepJob): Promise<void> {
    await this.close(job);
    for (const name of readdirSync(job.store.roundDirectory)) {
      rmSync(join(job.store.roundDirectory, name), { recursive: true });
    }
  }

  copy(job: StepJob): Promise<StepResult> {
    const { spec } = job;
    const options = { digest: spec.verify.digest, partBytes: this.options.partBytes ?? PART_BYTES };
    return this.withTrees(job, (context) => copyChunk(job, options, context));
  }

  verify(job: StepJob): Promise<StepResult> {
    return this.withTrees(job, (context) => verifyChunk(job, job.spec.verify.digest, context));
  }

  deletePass(job: StepJob): Promise<StepResult> {
    const { deletes } = job.spec;
    const options = {
      caps: deletes,
      excludes: compileExcludes(rulesOf(job)),
      proveSource: () => this.prove('source'),
      ...(deletes.trash
        ? { trash: { path: trashPath(job.migration), keepForMs: deletes.trash.keepFor } }
        : {}),
    };
    return this.withTrees(job, (context) => deletePassChunk(job, options, context));
  }

  close(job: StepJob): Promise<ChunkSum> {
    job.lease.check();
    const options = {
      excludes: compileExcludes(rulesOf(job)),
      neverDeletes: job.spec.deletes.when === 'never',
    };
    return new Promise((resolve) => resolve(closeChunk(job, options)));
  }

  adjust(bytesPerSecond: number | undefined): void {
    this.bytesPerSecond = bytesPerSecond;
    this.pool?.adjust(bytesPerSecond);
  }

  async dispose(): Promise<void> {
    await this.pool?.dispose();
    this.pool = undefined;
  }

  private threads(): ThreadPool {
    if (!this.pool) {
      const { threads } = this.options;
      const spec = posixSpec(this.options.spec);
      this.pool = new ThreadPool({
        threads: threads ?? spec.concurrency.threads,
        sourceRoot: spec.source.path,
        destinationRoot: spec.destination.path,
      });
      this.pool.adjust(this.bytesPerSecond);
    }
    return this.pool;
  }

  /**
   * Opens both roots and proves what was opened: nothing is copied from, read back or deleted by
   * another tree, such as the empty directory below a mount that is gone.
   */
  private withTrees<T>(
    { signal }: StepJob,
    work: (context: StepContext) => Promise<T>,
  ): Promise<T> {
    return withRoots(this.threads(), signal, (context) => {
      this.prove('source', context.sourceFd);
      this.prove('destination', context.destinationFd);
      return work(context);
    });
  }

  private prove(side: Side, fd?: number): void {
    const { spec, identities } = this.options;
    proveTree(side, posixSpec(spec)[side], identities?.[side], fd);
  }
}

const rulesOf = ({ excludes, spec }: StepJob): ExcludeRules => ({
  patterns: excludes,
  defaults: spec.defaultExcludes,
});

/**
 * Whether an earlier scan of this round left directories unread, and the steps behind it have run; or
 * its deletes were refused.
 */
function scanIsToBeMended(roundDirectory: string): boolean {
  if (existsSync(deleteRefusedPath(roundDirectory))) return true;
  const file = join(roundDirectory, 'scan.json');
  if (!existsSync(file) || !existsSync(join(roundDirectory, 'copy.journal'))) return false;
  const known = readScan(file);
  return (known?.counters?.incomplete ?? 0) > 0;
}

function readScan(
  file: string,
): { readonly counters?: { readonly incomplete?: number } } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { counters?: { incomplete?: number } };
  } catch {
    return undefined;
  }
}
