/**
 * One tree to another in one pass, without Temporal: the same scan, copy, verify and delete-pass over
 * a single chunk. What was done is journaled, so that the same call after Ctrl-C resumes, and then runs
 * once more for what changed meanwhile; after a success nothing is kept. A file at the destination with
 * the same size, time, mode and owner is not copied again.
 */
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { relative, resolve } from 'node:path';
import { codeOfErrno } from '../../../errors/errno.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { acquireLease } from '../../../state/lease.ts';
import { openStateDirectory } from '../../../state/state-directory.ts';
import type { RawPath } from '../../../paths.ts';
import type { DeleteCaps } from '../../../policy/rounds/deletes.ts';
import type { OpenEntry, Round, StepProgress, StepResult } from '../../../model/round.ts';
import { copyChunk } from '../steps/copy.ts';
import { deletePassChunk } from '../steps/delete-pass.ts';
import { compileExcludes, type ExcludeRules } from '../tree/excludes.ts';
import { treeIdentity } from '../tree/identity.ts';
import { proveTree } from '../tree/prove-tree.ts';
import { ThreadPool } from '../pool/pool.ts';
import { scanStep } from '../steps/scan-step.ts';
import { withRoots, type StepInput } from '../steps/step.ts';
import { planSync, type PlannedAction } from './dry-run.ts';
import { syncState } from './sync-state.ts';
import { verifyChunk } from '../steps/verify.ts';

export interface SyncOptions {
  readonly source: string;
  readonly destination: string;
  /** Deletes entries at the destination that are not at the source. */
  readonly delete?: boolean;
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  readonly excludes?: readonly string[];
  readonly stateDirectory?: string;
  readonly bytesPerSecond?: number | undefined;
  readonly threads?: number;
  readonly caps?: DeleteCaps;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StepProgress) => void;
}

export interface SyncReport {
  readonly entries: number;
  readonly copied: number;
  readonly copiedBytes: number;
  readonly verified: number;
  readonly deleted: number;
  readonly vanished: number;
  /** Number of entries that are blocked, changed while copied, or unreadable. */
  readonly openCount: number;
  readonly open: readonly OpenEntry[];
  /** Set by a dry run: the actions it would take. */
  readonly plan?: readonly PlannedAction[];
  readonly elapsedMs: number;
}

const WHOLE = { id: '0000', roots: [''], without: [], entries: 0, bytes: 0 };
const CAPS: DeleteCaps = { maxCount: 1_000_000, maxPercent: 50 };
const PART_BYTES = 64 * 2 ** 20;

/** Throws USAGE for trees that overlap, SOURCE_MISSING, READ_ONLY, PERMISSION_DENIED, DELETE_REFUSED, a transient code when a side is offline. */
export async function syncTree(options: SyncOptions): Promise<SyncReport> {
  const source = resolve(options.source);
  const destination = resolve(options.destination);
  refuseOverlap(source, destination);
  if (!options.dryRun) refuseReadOnly(destination);
  const state = syncState(source, destination, options.stateDirectory);
  const pool = new ThreadPool({
    threads: options.threads ?? 2,
    sourceRoot: source,
    destinationRoot: destination,
  });
  pool.warm();
  pool.adjust(options.bytesPerSecond);
  try {
    const run = (): Promise<SyncReport> =>
      runSync({ ...options, source, destination }, state, pool);
    const resumed = existsSync(state);
    const report = await run();
    if (report.openCount > 0 && !options.dryRun) return report;
    rmSync(state, { recursive: true, force: true });
    if (!resumed || options.dryRun) return report;
    const again = await run();
    if (again.openCount === 0) rmSync(state, { recursive: true, force: true });
    return together(report, again);
  } finally {
    await pool.dispose();
  }
}

/** Adds up the two runs of a call that resumed after an interruption and then ran once more. */
function together(first: SyncReport, again: SyncReport): SyncReport {
  const { copiedBytes, verified, deleted, elapsedMs } = first;
  return {
    ...again,
    copiedBytes: copiedBytes + again.copiedBytes,
    verified: Math.max(verified, again.verified),
    deleted: deleted + again.deleted,
    elapsedMs: elapsedMs + again.elapsedMs,
  };
}

async function runSync(options: SyncOptions, state: string, pool: ThreadPool): Promise<SyncReport> {
  const startedAt = Date.now();
  const identity = treeIdentity(options.source);
  const input = openInput(options, state);
  const rules: ExcludeRules = { patterns: options.excludes ?? [], defaults: true };
  const excludes = compileExcludes(rules);
  const scanned = await scanStep(input, { excludes: rules, specialFiles: 'copy' }, pool);
  if (options.dryRun) {
    const plan = await withRoots(pool, input.signal, (context) =>
      planSync(input, excludes, context),
    );
    return { ...reportOf([scanned], startedAt), plan };
  }
  // An empty destination has no file to adopt: this saves a stat per file.
  const adoptSame = readdirSync(options.destination).length > 0;
  // Digests that no step compares cost a tenth of the time of small files.
  const withoutDigests = !options.verify;
  const copying = { digest: 'blake3', partBytes: PART_BYTES, adoptSame, withoutDigests } as const;
  const caps = options.caps ?? CAPS;
  const proveSource = (): void => void proveTree('source', { path: options.source }, identity);
  const steps = await withRoots(pool, input.signal, async (context) => [
    await copyChunk(input, copying, context),
    ...(options.verify ? [await verifyChunk(input, 'blake3', context)] : []),
    await deletePassChunk(input, { caps, excludes, proveSource }, context),
  ]);
  return reportOf([scanned, ...steps], startedAt);
}

function openInput(options: SyncOptions, state: string): StepInput {
  const round: Round = {
    number: 1,
    kind: 'seed',
    deletes: options.delete === true,
    verify: 'copied',
  };
  const store = openStateDirectory(state, { create: true })
    .migration('sync')
    .chunk(WHOLE.id, round.number);
  return {
    chunk: WHOLE,
    round,
    store,
    onProgress: options.onProgress ?? ((): void => undefined),
    lease: acquireLease(store.directory, `sync ${process.pid}`),
    exceptions: new Set<RawPath>(),
    signal: options.signal ?? new AbortController().signal,
  };
}

function reportOf(steps: readonly StepResult[], startedAt: number): SyncReport {
  const sum = (step: string, name: string): number =>
    steps
      .filter((one) => one.step === step)
      .reduce((total, { counters }) => total + (counters[name] ?? 0), 0);
  const drifted = sum('copy', 'drifted') + sum('verify', 'drifted');
  return {
    entries: sum('scan', 'entries'),
    copied: sum('copy', 'copied') + sum('copy', 'resumed'),
    copiedBytes: sum('copy', 'bytes'),
    verified: sum('verify', 'verified') + sum('verify', 'repaired'),
    deleted: sum('delete-pass', 'deleted'),
    vanished: sum('copy', 'vanished'),
    openCount: drifted + steps.reduce((total, { blocked }) => total + blocked, 0),
    open: steps.flatMap((step) => step.open),
    elapsedMs: Date.now() - startedAt,
  };
}

/** Fails once at the start instead of once per entry. */
function refuseReadOnly(destination: string): void {
  try {
    accessSync(destination, constants.W_OK | constants.X_OK);
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code ?? '';
    throw new LonghaulError(codeOfErrno(errno), `Cannot write to ${destination}: ${errno}`, {
      path: destination,
    });
  }
}

function refuseOverlap(source: string, destination: string): void {
  const [a, b] = [source, destination].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (!a)
    throw new LonghaulError('SOURCE_MISSING', `There is no source ${source}`, { path: source });
  if (!b)
    throw new LonghaulError('DESTINATION_MISSING', `There is no destination ${destination}`, {
      path: destination,
      hint: `Make it first: mkdir ${destination}`,
    });
  // Symlinks are resolved: a tree inside the other would be copied into itself.
  const within = (inner: string, outer: string): boolean =>
    !/^\.\.(\/|$)/.test(relative(realpathSync(outer), realpathSync(inner)));
  if (
    (a.dev === b.dev && a.ino === b.ino) ||
    within(source, destination) ||
    within(destination, source)
  ) {
    throw new LonghaulError('USAGE', `${source} and ${destination} overlap`, {
      path: destination,
      hint: 'Name two directories of which neither holds the other.',
    });
  }
}
