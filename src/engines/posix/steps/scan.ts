/**
 * Walks a chunk into the round's manifest.
 *
 *   1. list directories in the threads; append each, as it is proven, to `scan.shard`
 *   2. sort the shard's directories into `manifest`, which is published atomically
 *
 * After a crash, directories in the shard are not listed again; after the end, a call returns at once. Memory: the stack of listed-but-unvisited directories, and the paths of the chunk's
 * directories to sort or resume; never its entries.
 *
 * The manifest holds what belongs to the chunk and nothing else: roots of other chunks are not even
 * names in it, so a name that is missing from a complete directory is gone only if it is not one of
 * `chunk.without`.
 */
import { closeSync, rmSync } from 'node:fs';
import { LonghaulError } from '../../../errors/failure.ts';
import { ByteReader } from '../../../catalog/bytes.ts';
import { decodePart } from '../../../catalog/codec.ts';
import { ENTRY_STATUSES, type Entry } from '../../../model/entry.ts';
import { joinRaw, parentOf, printable, type RawPath } from '../../../paths.ts';
import type { Chunk } from '../../../policy/chunks/plan.ts';
import { S_IFDIR, S_IFMT } from '../native/statx.ts';
import { compileExcludes, type ExcludeRules } from '../tree/excludes.ts';
import { proveTree } from '../tree/prove-tree.ts';
import { type TreeIdentity } from '../../../model/tree-identity.ts';
import type { ThreadPool } from '../pool/pool.ts';
import { manifestPath, scanShardPath } from '../round/files.ts';
import { addFacts, addEntryFacts, noFacts } from '../round/scan-facts.ts';
import type { ScanRecord } from '../round/scan-record.ts';
import { scanHeading, type ScanCounters } from '../round/scan-summary.ts';
import { finishedScan, mergeShard } from './scan-merge.ts';
import { scanRoots } from './scan-roots.ts';
import type { ScanRules } from '../round/scan-rules.ts';
import { ScanShard } from '../round/scan-shard.ts';
import { openTree } from '../tree/root.ts';
import { walk } from '../pool/walk.ts';

export interface ScanOptions {
  readonly pool: ThreadPool;
  readonly chunk: Pick<Chunk, 'roots' | 'without'>;
  readonly excludes: ExcludeRules;
  readonly specialFiles: 'except' | 'copy';
  /** Directory in which `manifest` is published. */
  readonly roundDirectory: string;
  /** The source as recorded at the start, and its marker: the scan fails for any other tree. */
  readonly expected?: { readonly identity: TreeIdentity; readonly marker?: string | undefined };
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: { entries: number; bytes: number }) => void;
}

/**
 * Makes `<roundDirectory>/manifest`. Throws a transient code when the link is offline, INTERRUPTED when
 * the signal aborts, SOURCE_MISSING or SOURCE_CHANGED_IDENTITY when the tree is not the expected one.
 */
export async function scanChunk(options: ScanOptions): Promise<ScanCounters> {
  const { pool, chunk, roundDirectory, expected } = options;
  const root = openTree(pool.sourceRoot);
  try {
    if (expected) proveSame(pool.sourceRoot, root.inode, expected);
    const { excludes, specialFiles } = options;
    const rules: ScanRules = { excludes, specialFiles, device: root.device };
    const heading = scanHeading(rules, chunk);
    const finished = finishedScan(roundDirectory, heading);
    if (finished) return finished;
    rmSync(manifestPath(roundDirectory), { force: true }); // made by another scan, or without a summary
    const roots = scanRoots(root.fd, chunk.roots, compileExcludes(excludes), rules);
    const frontier = new Frontier(chunk, roots.directories);
    const shard = new ScanShard(scanShardPath(roundDirectory), heading, (record) =>
      frontier.prove(record),
    );
    try {
      const listed = await list(options, { rootFd: root.fd, rules, frontier, shard });
      if (expected) proveSame(pool.sourceRoot, root.inode, expected);
      const { facts, proven } = frontier;
      const counts = { listed, resumed: proven.size };
      return await mergeShard({ shard, roots, roundDirectory, heading, counts, facts });
    } finally {
      shard.close();
    }
  } finally {
    closeSync(root.fd);
  }
}

/** Directories left to list: those seen, minus those proven. */
class Frontier {
  readonly proven = new Set<RawPath>();
  readonly without: ReadonlySet<RawPath>;
  entries = 0;
  bytes = 0;
  readonly facts = noFacts();
  private readonly seen = new Set<RawPath>();

  constructor(chunk: Pick<Chunk, 'without'>, directories: readonly RawPath[]) {
    this.without = new Set(chunk.without);
    for (const path of directories) this.seen.add(path);
  }

  prove(record: ScanRecord): void {
    if (!record.continues) this.proven.add(record.path);
    this.entries += record.count;
    this.bytes += record.fileBytes;
    const entries: Entry[] = [];
    decodePart(new ByteReader(record.body), record.count, ENTRY_STATUSES, entries);
    for (const entry of entries) {
      const { name, mode, status } = entry;
      addEntryFacts(this.facts, status, entry);
      if ((mode & S_IFMT) === S_IFDIR && status === 'seen')
        this.seen.add(joinRaw(record.path, name));
    }
  }

  /** Moves the directories that are left into a stack. */
  take(): RawPath[] {
    const stack = [...this.seen].filter((path) => !this.proven.has(path));
    this.seen.clear();
    return stack;
  }
}

interface Listing {
  readonly rootFd: number;
  readonly rules: ScanRules;
  readonly frontier: Frontier;
  readonly shard: ScanShard;
}

/** Lists all directories that are left; returns their number. */
async function list(options: ScanOptions, into: Listing): Promise<number> {
  const { pool, signal, onProgress } = options;
  const { rootFd, rules, frontier, shard } = into;
  const hidden = rootsByParent(frontier.without);
  let listed = 0;
  try {
    await walk({
      stack: frontier.take(),
      capacity: pool.capacity,
      signal,
      visit: (directories) =>
        pool.run({
          type: 'scan directories',
          rootFd,
          directories,
          without: directories.flatMap((path) => hidden.get(path) ?? []),
          rules,
        }),
      onResult: (result) => {
        shard.append(result.records);
        listed += result.directories;
        frontier.entries += result.entries;
        frontier.bytes += result.bytes;
        addFacts(frontier.facts, result.facts);
        onProgress?.({ entries: frontier.entries, bytes: frontier.bytes });
      },
    });
  } finally {
    shard.sync();
  }
  return listed;
}

function rootsByParent(roots: ReadonlySet<RawPath>): ReadonlyMap<RawPath, RawPath[]> {
  const byParent = new Map<RawPath, RawPath[]>();
  for (const root of roots) {
    if (root === '') continue;
    const siblings = byParent.get(parentOf(root));
    if (siblings) siblings.push(root);
    else byParent.set(parentOf(root), [root]);
  }
  return byParent;
}

function proveSame(
  path: string,
  inode: bigint,
  { identity, marker }: NonNullable<ScanOptions['expected']>,
): void {
  const found = proveTree('source', { path, marker }, identity);
  if (found.rootInode !== String(inode)) {
    throw new LonghaulError('SOURCE_CHANGED_IDENTITY', `${path} was replaced during the scan`, {
      path: printable(path),
    });
  }
}
