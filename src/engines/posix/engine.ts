/** The POSIX mover behind longhaul's engine interface: any mounted tree to any mounted tree. */
import { posixSpec } from '../../spec/kinds.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import type { ChunkSum, StepResult } from '../../model/round.ts';
import type { Engine, EngineFeatures, StepJob } from '../engine.ts';
import { closeChunk } from './steps/close.ts';
import { copyChunk } from './steps/copy.ts';
import { deletePassChunk } from './steps/delete-pass.ts';
import { compileExcludes, type ExcludeRules } from './tree/excludes.ts';
import type { TreeIdentity } from '../../model/tree-identity.ts';
import type { Side } from './native/errno.ts';
import { ThreadPool } from './pool/pool.ts';
import { preflight } from './preflight.ts';
import { proveTree } from './tree/prove-tree.ts';
import { forgetRound, mustScanAgain, scanStep } from './steps/scan-step.ts';
import { withRoots, type StepContext } from './steps/step.ts';
import { trashPath } from './write/own-names.ts';
import { verifyChunk } from './steps/verify.ts';

export interface PosixEngineOptions {
  readonly spec: MigrationSpec;
  /** Recorded when the migration started; steps fail for any other trees. */
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
    const { roundDirectory } = job.store;
    const { source, specialFiles } = posixSpec(job.spec);
    const { identities } = this.options;
    job.lease.check();
    if (mustScanAgain(roundDirectory)) {
      await this.close(job);
      forgetRound(roundDirectory);
    }
    const options = {
      excludes: rulesOf(job),
      specialFiles,
      ...(identities ? { expected: { identity: identities.source, marker: source.marker } } : {}),
    };
    return scanStep(job, options, this.threads());
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
