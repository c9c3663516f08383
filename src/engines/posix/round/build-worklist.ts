/**
 * Builds the worklist of a round by a merge join of manifest and catalog. It keeps one directory of each
 * in memory, and the listings of its ancestors.
 *
 * A name is "gone" only if that is proven: its directory was listed completely and does not have it, or
 * its directory is gone. A name that an incomplete listing, an unreadable directory or another chunk may
 * hide is `unknown`, and is not touched.
 */
import { existsSync, linkSync, rmSync } from 'node:fs';
import type { StatusEntry } from '../../../catalog/codec.ts';
import { mergeJoin } from '../../../catalog/merge.ts';
import { CatalogReader } from '../../../catalog/reader.ts';
import { CatalogWriter } from '../../../catalog/writer.ts';
import type { DirectoryBlock, Entry } from '../../../model/entry.ts';
import { joinRaw, printable, type RawPath } from '../../../paths.ts';
import { syncDirectory } from '../../../state/directory.ts';
import { S_IFDIR, S_IFMT, S_IFREG } from '../native/statx.ts';
import { Ancestors, type Absence } from './absence.ts';
import { hasNoCopy, isExcepted, WORK_REASONS, workReason, type WorkReason } from './decide.ts';
import { manifestPath, worklistPath } from './files.ts';

const MAX_SAMPLES = 20;
/** Directories between two turns of the event loop. */
const DIRECTORIES_PER_TURN = 500;

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
  /** Roots of the chunk that neither exist nor are in the catalog. */
  readonly vanished: number;
  /** Entries that are in the catalog, not in the manifest, and not proven to be gone. */
  readonly unknown: number;
  /** Size of the regular files that are new, changed or retried. */
  readonly workBytes: number;
  /** Size of all regular files that the scan found. */
  readonly seenBytes: number;
  /** The first directories on other file systems, which are not crossed; printable. */
  readonly mountPoints: readonly string[];
}

export interface WorklistOptions {
  /** If the file does not exist, everything is new. */
  readonly catalogPath: string;
  readonly roundDirectory: string;
  /** Accepted exceptions, each with its subtree. */
  readonly exceptions?: ReadonlySet<RawPath>;
  /** Number of manifest entries that are not 'seen'; undefined if not counted. */
  readonly setAside?: number | undefined;
  /** Roots of other chunks, which are ignored even if the catalog still has them. */
  readonly without?: readonly RawPath[];
}

type WorklistEntry = StatusEntry<WorkReason>;
type Counters = { -readonly [K in keyof Omit<WorklistCounters, 'mountPoints'>]: number } & {
  mountPoints: string[];
};

/** Builds the worklist in the round's directory. Called again, it builds the same. */
export async function buildWorklist(options: WorklistOptions): Promise<WorklistCounters> {
  const { catalogPath, roundDirectory } = options;
  if (!existsSync(catalogPath) && options.setAside === 0 && !options.exceptions?.size)
    return linkManifest(roundDirectory);
  const manifest = new CatalogReader(manifestPath(roundDirectory));
  const catalog = existsSync(catalogPath) ? new CatalogReader(catalogPath) : undefined;
  const writer = new CatalogWriter<WorkReason>(worklistPath(roundDirectory), WORK_REASONS);
  try {
    const builder = new WorklistBuilder(options);
    let number = 0;
    for (const pair of mergeJoin(manifest.directories(), catalog?.directories() ?? [])) {
      const entries = builder.compare(pair.path, pair.found, pair.known);
      if (entries.length > 0) {
        writer.add({ path: pair.path, complete: pair.found?.complete ?? false, entries });
      }
      if (++number % DIRECTORIES_PER_TURN === 0) await new Promise(setImmediate);
    }
    writer.finish();
    return builder.counters;
  } catch (thrown) {
    writer.discard();
    throw thrown;
  } finally {
    manifest.close();
    catalog?.close();
  }
}

/**
 * Without a catalog, and if every entry is 'seen', the manifest is the worklist byte for byte: 'new' is
 * encoded as 'seen' is, and there are no digests.
 */
function linkManifest(roundDirectory: string): WorklistCounters {
  const manifest = new CatalogReader(manifestPath(roundDirectory));
  const { entries, bytes } = manifest.totals;
  manifest.close();
  const path = worklistPath(roundDirectory);
  rmSync(path, { force: true });
  linkSync(manifestPath(roundDirectory), path);
  syncDirectory(roundDirectory);
  return { ...noWork(), new: entries, workBytes: bytes, seenBytes: bytes };
}

const noWork = (): Counters => ({
  ...{ new: 0, changed: 0, metadata: 0, retry: 0, gone: 0, same: 0, unknown: 0 },
  ...{ excluded: 0, excepted: 0, unreadable: 0, vanished: 0 },
  ...{ workBytes: 0, seenBytes: 0, mountPoints: [] },
});

class WorklistBuilder {
  readonly counters = noWork();
  private readonly exceptions: ReadonlySet<RawPath>;
  private readonly without: ReadonlySet<RawPath>;
  private readonly ancestors: Ancestors;

  constructor({ exceptions, without }: WorklistOptions) {
    this.exceptions = exceptions ?? new Set();
    this.without = new Set(without);
    this.ancestors = new Ancestors(this.without);
  }

  /** Returns the work in one directory: `found` is in the manifest, `known` in the catalog. */
  compare(path: RawPath, found?: DirectoryBlock, known?: DirectoryBlock): WorklistEntry[] {
    const work: WorklistEntry[] = [];
    const excepted = isExcepted(path, this.exceptions);
    const absence = this.ancestors.enter(path, found);
    for (const [entry, knownEntry] of pairNames(found, known)) {
      const child = joinRaw(path, (entry ?? knownEntry)!.name);
      if (excepted || this.exceptions.has(child)) {
        if (entry || !hasNoCopy(knownEntry!)) this.counters.excepted++;
      } else if (entry) this.addPresent(child, entry, knownEntry, work);
      else this.addMissing(child, knownEntry!, absence, work);
    }
    return work;
  }

  /** Adds a name that is in the catalog and not in the manifest. */
  private addMissing(path: RawPath, known: Entry, absence: Absence, work: WorklistEntry[]): void {
    if (hasNoCopy(known) || this.without.has(path)) return;
    if (absence === 'gone') this.add(work, known, 'gone');
    else if (absence === 'unknown') this.counters.unknown++;
  }

  private addPresent(
    path: RawPath,
    found: Entry,
    known: Entry | undefined,
    work: WorklistEntry[],
  ): void {
    const { counters } = this;
    if (found.status === 'vanished') {
      if (known && !hasNoCopy(known)) this.add(work, known, 'gone');
      else counters.vanished++;
      return;
    }
    if (isFile(found)) counters.seenBytes += found.sizeBytes;
    if (found.status !== 'seen') {
      this.countSetAside(path, found);
      return;
    }
    const reason = workReason(found, known);
    if (reason === undefined) {
      counters.same++;
      return;
    }
    const digest = reason === 'metadata' || reason === 'retry' ? known?.digest : undefined;
    this.add(work, digest ? { ...found, digest } : found, reason);
  }

  private countSetAside(path: RawPath, { status, mode }: Entry): void {
    const { counters } = this;
    if (status === 'excluded') counters.excluded++;
    else if (status === 'excepted') counters.excepted++;
    else counters.unreadable++;
    const isMountPoint = status === 'excepted' && (mode & S_IFMT) === S_IFDIR;
    if (isMountPoint && counters.mountPoints.length < MAX_SAMPLES)
      counters.mountPoints.push(printable(path));
  }

  private add(work: WorklistEntry[], entry: Entry, reason: WorkReason): void {
    work.push({ ...entry, status: reason });
    this.counters[reason]++;
    const isTransferred = reason === 'new' || reason === 'changed' || reason === 'retry';
    if (isTransferred && isFile(entry)) this.counters.workBytes += entry.sizeBytes;
  }
}

const isFile = ({ mode }: Entry): boolean => (mode & S_IFMT) === S_IFREG;

/** Pairs the names of two sorted listings. */
function* pairNames(
  found: DirectoryBlock | undefined,
  known: DirectoryBlock | undefined,
): Generator<[found: Entry | undefined, known: Entry | undefined], void, undefined> {
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
