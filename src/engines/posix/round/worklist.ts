/**
 * What a round has to do: the manifest merge-joined with the catalog, as a file in the round's
 * directory that copy and delete-pass stream. One directory of each in memory, and the listings of
 * its ancestors.
 *
 * "Gone" is proven or it is not said: a name is gone when its directory was listed to its end and
 * does not have it, or when its directory is gone. What an incomplete listing, an unreadable
 * directory or another chunk may hide is `unknown`, and stays as it is.
 */
import { existsSync, linkSync, rmSync, statSync } from 'node:fs';
import { syncDirectory } from '../../../state/directory.ts';
import type { StatusEntry } from '../../../catalog/codec.ts';
import type { DirectoryBlock, Entry } from '../../../model/entry.ts';
import { mergeJoin } from '../../../catalog/merge.ts';
import { CatalogReader } from '../../../catalog/reader.ts';
import { CatalogWriter } from '../../../catalog/writer.ts';
import { joinRaw, printable, type RawPath } from '../../../paths.ts';
import { compareEntries, isAbsent, isExcepted, WORK_REASONS, type WorkReason } from './decide.ts';
import { manifestPath, worklistPath } from './files.ts';
import { S_IFDIR, S_IFMT, S_IFREG } from '../native/statx.ts';
import { Lineage, type Fate } from './fate.ts';

const SAMPLES = 20;
const DIRECTORIES_A_TURN = 500;

export interface WorklistCounters {
  readonly new: number;
  readonly changed: number;
  readonly metadata: number;
  readonly retry: number;
  readonly gone: number;
  readonly same: number;
  readonly excluded: number;
  readonly excepted: number;
  readonly unreadable: number;
  /** Roots of the chunk that are not there and were not known either. */
  readonly vanished: number;
  /** In the catalog, not in the manifest, and not proven to be gone. */
  readonly unknown: number;
  /** Of the regular files that are new, changed or to be tried again; and of all that were seen. */
  readonly workBytes: number;
  readonly seenBytes: number;
  /** Directories on another file system, which are not crossed; the first ones, printable. */
  readonly mountPoints: readonly string[];
}

export interface WorklistOptions {
  /** May not exist: then everything is new. */
  readonly catalogPath: string;
  /** Where `worklist` is made. */
  readonly roundDirectory: string;
  /** Paths accepted as not migrated, each with its subtree. */
  readonly exceptions?: ReadonlySet<RawPath>;
  /** How many entries of the manifest are not 'seen'; undefined when that was not counted. */
  readonly setAside?: number | undefined;
  /** Roots of other chunks: not this chunk's business, even if the catalog still has them. */
  readonly without?: readonly RawPath[];
}

/** As the scan saw it; with the catalog's digest where the content is the same. Its status is the reason. */
export type WorkEntry = StatusEntry<Exclude<WorkReason, 'gone'>>;

export interface WorkDirectory {
  readonly path: RawPath;
  /** Whether this directory was listed to its end without an error. */
  readonly complete: boolean;
  readonly entries: readonly WorkEntry[];
  /** As the catalog has them; a directory's own entries are gone in its own WorkDirectory. */
  readonly gone: readonly StatusEntry<'gone'>[];
}

type Work = StatusEntry<WorkReason>;
type Counters = { -readonly [K in keyof Omit<WorklistCounters, 'mountPoints'>]: number } & {
  mountPoints: string[];
};

/** Makes `<roundDirectory>/worklist`; whoever calls again gets the same. */
export async function buildWorklist(options: WorklistOptions): Promise<WorklistCounters> {
  const { catalogPath, roundDirectory } = options;
  if (!existsSync(catalogPath) && options.setAside === 0 && !options.exceptions?.size)
    return allIsNew(options);
  const manifest = new CatalogReader(manifestPath(roundDirectory));
  const catalog = existsSync(catalogPath) ? new CatalogReader(catalogPath) : undefined;
  const writer = new CatalogWriter<WorkReason>(worklistPath(roundDirectory), WORK_REASONS);
  try {
    const comparison = new Comparison(options);
    let number = 0;
    for (const pair of mergeJoin(manifest.directories(), catalog?.directories() ?? [])) {
      const entries = comparison.compare(pair.path, pair.a, pair.b);
      if (entries.length > 0) {
        writer.add({ path: pair.path, complete: pair.a?.complete ?? false, entries });
      }
      if (++number % DIRECTORIES_A_TURN === 0) await new Promise(setImmediate);
    }
    writer.finish();
    return comparison.counters;
  } catch (thrown) {
    writer.discard();
    throw thrown;
  } finally {
    manifest.close();
    catalog?.close();
  }
}

/**
 * Without a catalog, and with nothing set aside, the manifest is the worklist, byte for byte: 'new' has
 * the number of 'seen', and digests there are none.
 */
function allIsNew({ roundDirectory }: WorklistOptions): WorklistCounters {
  const manifest = new CatalogReader(manifestPath(roundDirectory));
  const { entries, bytes } = manifest.totals;
  manifest.close();
  const path = worklistPath(roundDirectory);
  rmSync(path, { force: true });
  linkSync(manifestPath(roundDirectory), path);
  syncDirectory(roundDirectory);
  return { ...noWork(), new: entries, workBytes: bytes, seenBytes: bytes };
}

/** Whether the worklist is the manifest itself: all is new, and nothing set aside. */
export function isAllNew(roundDirectory: string): boolean {
  const inode = (path: string): bigint => statSync(path, { bigint: true }).ino;
  return inode(worklistPath(roundDirectory)) === inode(manifestPath(roundDirectory));
}

/** Streams a worklist, one directory at a time. */
export function* readWorklist(roundDirectory: string): Generator<WorkDirectory, void, undefined> {
  const reader = new CatalogReader<WorkReason>(worklistPath(roundDirectory), WORK_REASONS);
  try {
    for (const { path: directory, complete, entries } of reader.directories()) {
      const work = entries.filter((entry): entry is WorkEntry => entry.status !== 'gone');
      const gone = entries.filter(isGone);
      if (entries.length > 0) yield { path: directory, complete, entries: work, gone };
    }
  } finally {
    reader.close();
  }
}

const noWork = (): Counters => ({
  ...{ new: 0, changed: 0, metadata: 0, retry: 0, gone: 0, same: 0, unknown: 0 },
  ...{ excluded: 0, excepted: 0, unreadable: 0, vanished: 0 },
  ...{ workBytes: 0, seenBytes: 0, mountPoints: [] },
});

class Comparison {
  readonly counters = noWork();
  private readonly exceptions: ReadonlySet<RawPath>;
  private readonly without: ReadonlySet<RawPath>;
  private readonly lineage: Lineage;

  constructor({ exceptions, without }: WorklistOptions) {
    this.exceptions = exceptions ?? new Set();
    this.without = new Set(without);
    this.lineage = new Lineage(this.without);
  }

  /** The work in one directory: `found` in the manifest, `known` in the catalog. */
  compare(path: RawPath, found?: DirectoryBlock, known?: DirectoryBlock): Work[] {
    const work: Work[] = [];
    const excepted = isExcepted(path, this.exceptions);
    const fate = found ? undefined : this.lineage.fateOf(path);
    this.lineage.enter(path, found ?? fate ?? 'unknown');
    const missing: Fate = fate ?? (found?.complete ? 'gone' : 'unknown');
    for (const [a, b] of pairNames(found, known)) {
      const child = joinRaw(path, (a ?? b)!.name);
      if (excepted || this.exceptions.has(child)) {
        if (a || !isAbsent(b!)) this.counters.excepted++;
      } else if (a) this.present(child, a, b, work);
      else this.missing(child, b!, missing, work);
    }
    return work;
  }

  /** A name that the catalog knows and the manifest does not have. */
  private missing(path: RawPath, known: Entry, fate: Fate, work: Work[]): void {
    if (isAbsent(known) || this.without.has(path)) return;
    if (fate === 'gone') this.add(work, known, 'gone');
    else if (fate === 'unknown') this.counters.unknown++;
  }

  private present(path: RawPath, found: Entry, known: Entry | undefined, work: Work[]): void {
    const { counters } = this;
    if (found.status === 'vanished') {
      if (known && !isAbsent(known)) this.add(work, known, 'gone');
      else counters.vanished++;
      return;
    }
    if (isFile(found)) counters.seenBytes += found.sizeBytes;
    if (found.status !== 'seen') {
      if (found.status === 'excluded') counters.excluded++;
      else if (found.status === 'excepted') counters.excepted++;
      else counters.unreadable++;
      if (found.status === 'excepted' && isDirectory(found)) this.sampleMount(path);
      return;
    }
    const reason = compareEntries(found, known);
    if (reason === undefined) counters.same++;
    else {
      const digest = reason === 'metadata' || reason === 'retry' ? known?.digest : undefined;
      this.add(work, digest ? { ...found, digest } : found, reason);
    }
  }

  private add(work: Work[], entry: Entry, reason: WorkReason): void {
    work.push({ ...entry, status: reason });
    this.counters[reason]++;
    const moves = reason === 'new' || reason === 'changed' || reason === 'retry';
    if (moves && isFile(entry)) this.counters.workBytes += entry.sizeBytes;
  }

  private sampleMount(path: RawPath): void {
    if (this.counters.mountPoints.length < SAMPLES) this.counters.mountPoints.push(printable(path));
  }
}

/** Two listings sorted by name, side by side. */
function* pairNames(
  found: DirectoryBlock | undefined,
  known: DirectoryBlock | undefined,
): Generator<[Entry | undefined, Entry | undefined], void, undefined> {
  const as = found?.entries ?? [];
  const bs = known?.entries ?? [];
  let i = 0;
  let j = 0;
  while (i < as.length || j < bs.length) {
    const a = as[i];
    const b = bs[j];
    const takeA = a !== undefined && (b === undefined || a.name <= b.name);
    const takeB = b !== undefined && (a === undefined || b.name <= a.name);
    yield [takeA ? a : undefined, takeB ? b : undefined];
    if (takeA) i++;
    if (takeB) j++;
  }
}

function isGone(entry: Work): entry is StatusEntry<'gone'> {
  return entry.status === 'gone';
}

function isFile({ mode }: Entry): boolean {
  return (mode & S_IFMT) === S_IFREG;
}

function isDirectory({ mode }: Entry): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}
