/**
 * The fast scan behind `assess` and `plan`. It changes nothing in the trees. Its result is kept in the
 * state directory, for the plan and for a comparison by the next assessment; where the state directory
 * cannot be written, only for this run.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assessTree } from '../../engines/posix/steps/assess.ts';
import { readDirectorySummaries } from '../../engines/posix/tree/summaries.ts';
import { LonghaulError } from '../../errors/failure.ts';
import { readJson, writeJsonAtomic } from '../../state/atomic-file.ts';
import { isObject, type Check } from '../../state/shape.ts';
import { fromPrintable } from '../../paths.ts';
import { openStateDirectory } from '../../state/state-directory.ts';
import type { MigrationStore } from '../../state/migration-store.ts';
import { planRoots } from '../../policy/chunks/listed.ts';
import { planChunks } from '../../policy/chunks/plan-chunks.ts';
import type { ChunkPlan } from '../../policy/chunks/plan.ts';
import { filterable } from '../../policy/datasync/filters.ts';
import type { TreeSummary } from '../../policy/assess/tree-summary.ts';
import { isDataSyncSpec, treeName } from '../../spec/kinds.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import { toChunkLimits } from '../../spec/settings.ts';
import { progressLine } from '../../terminal/texts/status-line.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { toTreeSummary } from './tree-summary.ts';

export interface Assessed {
  readonly tree: TreeSummary;
  /** Result of the assessment before this one. */
  readonly earlier: TreeSummary | undefined;
  readonly plan: ChunkPlan;
}

/** summary.json in the assess directory. */
interface SavedScan {
  readonly v: 1;
  readonly source: string;
  readonly tree: TreeSummary;
}

// A file of another version counts as none.
const isPerhapsSaved: Check<Partial<SavedScan>> = (value): value is Partial<SavedScan> =>
  isObject(value);

/**
 * Scans the source, or takes the saved scan if `reuse` is true and there is one.
 * Throws SOURCE_MISSING, INTERRUPTED, or a transient code.
 */
export async function assessSource(
  terminal: Terminal,
  spec: MigrationSpec,
  { reuse }: { readonly reuse: boolean },
): Promise<Assessed> {
  const place = openScanFolder(terminal, spec);
  const source = treeName(spec.source);
  try {
    const saved = readJson(place.summaryPath, isPerhapsSaved);
    const earlier = saved?.v === 1 && saved.source === source ? saved.tree : undefined;
    const usable = reuse && earlier !== undefined && existsSync(join(place.folder, 'directories'));
    const tree = usable ? earlier : await scan(terminal, spec, place.folder);
    const plan = planFrom(spec, place);
    if (!usable) writeJsonAtomic(place.summaryPath, { v: 1, source, tree });
    return { tree, earlier: usable ? undefined : earlier, plan };
  } finally {
    place.release();
  }
}

/** Plans the chunks in the same way as a worker. */
function planFrom(spec: MigrationSpec, { folder, store }: ScanFolder): ChunkPlan {
  if (spec.chunks.roots.length > 0) return planListed(spec);
  const summaries = readDirectorySummaries(join(folder, 'directories'));
  return planChunks(isDataSyncSpec(spec) ? filterable(summaries) : summaries, toChunkLimits(spec), {
    now: Date.now(),
    ...previousPlan(store),
  });
}

/** Plans the chunks from the directories that the spec lists. */
export const planListed = (spec: MigrationSpec): ChunkPlan =>
  planRoots(spec.chunks.roots.map(fromPrintable), toChunkLimits(spec), { now: Date.now() });

interface ScanFolder {
  readonly folder: string;
  readonly summaryPath: string;
  /** Undefined when the state directory cannot be written. */
  readonly store: MigrationStore | undefined;
  /** Removes a temporary folder. */
  release(): void;
}

function openScanFolder(terminal: Terminal, spec: MigrationSpec): ScanFolder {
  const at = (folder: string) => ({ folder, summaryPath: join(folder, 'summary.json') });
  try {
    const store = openStateDirectory(spec.stateDirectory, { create: true }).migration(spec.name);
    mkdirSync(store.assessDirectory, { recursive: true });
    return { ...at(store.assessDirectory), store, release: () => undefined };
  } catch (error) {
    terminal.say(
      `The state directory cannot be written (${(error as Error).message}): this scan is not kept.`,
    );
    const folder = mkdtempSync(join(tmpdir(), 'longhaul-assess-'));
    return {
      ...at(folder),
      store: undefined,
      release: () => rmSync(folder, { recursive: true, force: true }),
    };
  }
}

async function scan(terminal: Terminal, spec: MigrationSpec, folder: string): Promise<TreeSummary> {
  const started = Date.now();
  const scanned = await assessTree({
    root: mountedSource(spec),
    excludes: { patterns: spec.excludes, defaults: spec.defaultExcludes },
    threads: Math.max(4, spec.concurrency.threads),
    outDirectory: folder,
    signal: terminal.signal,
    onProgress: ({ entries, bytes }) =>
      terminal.status(
        progressLine(
          { what: 'scan', doneEntries: entries, doneBytes: bytes, elapsedMs: Date.now() - started },
          terminal.columns,
        ),
      ),
  });
  terminal.status(undefined);
  return toTreeSummary(scanned, new Date(started).toISOString());
}

/** Returns the mount point of the source. Throws TREES_NOT_SEEN when it is not mounted on this host. */
function mountedSource({ source }: MigrationSpec): string {
  if (source.path !== undefined) return source.path;
  throw new LonghaulError('TREES_NOT_SEEN', `${treeName(source)} is not mounted on this host`, {
    hint: 'Mount it read-only and set source.path to the mount point, or list its directories in chunks.roots.',
  });
}

/** Reads the recorded plan: chunks keep their ids from plan to plan. */
function previousPlan(store: MigrationStore | undefined): { previous?: ChunkPlan } {
  const previous = store?.readPlan();
  return previous === undefined ? {} : { previous };
}
