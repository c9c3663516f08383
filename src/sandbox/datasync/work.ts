/** The work of one execution: finding differences, copying one entry, verifying one. */
import { scopeOf } from './filters.ts';
import { directoryOf } from './locations.ts';
import { manifestScope } from './manifest.ts';
import type { Execution, Filter, World } from '../world/datasync.ts';
import { copyItem, differs, fingerprint, isPresent, list, lookAt, type Item } from './tree.ts';

export interface FileOutcome {
  readonly path: string;
  readonly what: 'transferred' | 'skipped' | 'verified' | 'deleted' | 'mismatched';
  readonly error?: string;
  /** State of the source entry when it was listed. */
  readonly item?: Item;
}

export interface Work {
  readonly from: string;
  readonly to: string;
  /** The entries on both sides that pass the filters. */
  readonly source: Map<string, Item>;
  readonly destination: Map<string, Item>;
  readonly pending: Item[];
  readonly removals: string[];
  readonly outcomes: FileOutcome[];
  readonly links: Map<string, string>;
  readonly fingerprints: Map<string, string>;
  live: Record<string, number>;
}

export function planWork(world: World, execution: Execution): Work {
  const from = directoryOf(world, execution.task.source);
  const to = directoryOf(world, execution.task.destination);
  const filters = (name: string): Filter[] =>
    (execution.fields[name] as Filter[] | undefined) ?? [];
  const listed = manifestScope(world, execution.fields['ManifestConfig']);
  const byFilter = scopeOf(filters('Includes'), filters('Excludes'));
  const scope = (path: string): boolean => byFilter(path) && (!listed || listed(path));
  const source = list(from, scope);
  const destination = list(to, scope);
  const all = execution.options.TransferMode === 'ALL';
  const pending = [...source.values()].filter(
    (item) =>
      item.kind !== 'other' &&
      (all || differs(item, destination.get(item.path))) &&
      !(execution.options.OverwriteMode === 'NEVER' && destination.has(item.path)),
  );
  const removals =
    execution.options.PreserveDeletedFiles === 'REMOVE'
      ? [...destination.keys()].filter((path) => !source.has(path))
      : [];
  return {
    from,
    to,
    source,
    destination,
    pending,
    removals,
    outcomes: [],
    links: new Map(),
    fingerprints: new Map(),
    live: {},
  };
}

export function estimates({ pending, removals }: Work): Record<string, number> {
  return {
    EstimatedFilesToTransfer: pending.length + removals.length,
    EstimatedBytesToTransfer: pending.reduce((sum, item) => sum + sizeOf(item), 0),
    EstimatedFilesToDelete: removals.length,
  };
}

export const sizeOf = (item: Item): number => (item.kind === 'file' ? Number(item.stat.size) : 0);

export function moveOne(world: World, execution: Execution, work: Work, item: Item): void {
  const fault = world.faults.onFile(`/${item.path}`, execution.arn);
  const problem = fault === 'mismatched' ? undefined : fault ? FILE_PROBLEMS[fault] : undefined;
  try {
    if (problem !== undefined) throw new Error(problem);
    copyItem(work.from, work.to, item, linkTarget(work, item));
    work.live['FilesTransferred']! += 1;
    for (const counter of ['BytesWritten', 'BytesTransferred', 'BytesCompressed'])
      work.live[counter]! += sizeOf(item);
    work.outcomes.push({ path: item.path, what: 'transferred', item });
    if (execution.options.VerifyMode === 'ONLY_FILES_TRANSFERRED' && item.kind !== 'directory') {
      work.fingerprints.set(
        item.path,
        fault === 'mismatched' ? 'mismatched' : fingerprint(work.to, item),
      );
    }
  } catch (error) {
    work.live['FilesSkipped']! += 1;
    const why = problem ?? fileError(item, error as NodeJS.ErrnoException);
    work.outcomes.push({ path: item.path, what: 'skipped', error: why, item });
  }
}

const FILE_PROBLEMS = {
  unreadable: 'Failed to open source file: Permission denied',
  locked: 'Failed to open source file: Resource temporarily unavailable',
  vanished: 'Failed to open source file: No such file or directory',
} as const;

function fileError(item: Item, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return FILE_PROBLEMS.vanished;
  if (error.code === 'EACCES' || error.code === 'EPERM') return FILE_PROBLEMS.unreadable;
  return `Failed to copy /${item.path}: ${error.message}`;
}

/** The first name of a hard link group is copied; the others are linked to it. */
function linkTarget(work: Work, item: Item): string | undefined {
  if (item.kind !== 'file' || item.stat.nlink < 2n) return undefined;
  const key = `${item.stat.dev}:${item.stat.ino}`;
  const first = work.links.get(key);
  if (first === undefined || !isPresent(work.to, first)) {
    work.links.set(key, item.path);
    return undefined;
  }
  return first;
}

/** ONLY_FILES_TRANSFERRED compares with the state at transfer time, POINT_IN_TIME with the current source. */
export function verifyOne(work: Work, planned: Item, everything: boolean): void {
  const item = (everything ? lookAt(work.from, planned.path) : undefined) ?? planned;
  try {
    const expected = everything ? fingerprint(work.from, item) : work.fingerprints.get(item.path);
    const equal = expected === fingerprint(work.to, item);
    work.outcomes.push(
      equal
        ? { path: item.path, what: 'verified', item }
        : { path: item.path, what: 'mismatched', error: 'Checksum failure', item },
    );
  } catch {
    work.outcomes.push({ path: item.path, what: 'mismatched', error: 'Files were removed', item });
  }
}
