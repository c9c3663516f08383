/**
 * Scans a whole tree without changing it: counts, difficult entries, and the directory summaries that
 * the chunk plan is made from. Memory is constant except for hard-link groups.
 */
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { parentOf, type RawPath } from '../../../paths.ts';
import type { AssessDirectoriesResult, LinkedName } from '../jobs/assess.ts';
import { SummarySorter } from '../tree/summaries.ts';
import type { ExcludeRules } from '../tree/excludes.ts';
import { ThreadPool } from '../pool/pool.ts';
import { openTree } from '../tree/root.ts';
import { addStatistics, emptyStatistics, type TreeStatistics } from '../tree/statistics.ts';
import { walk } from '../pool/walk.ts';

/** Number of groups that are tracked; the names of further groups are only counted. */
const GROUPS = 500_000;
const DIRECTORIES_OF_A_GROUP = 8;
const SPANNING_SAMPLES = 1_000;

export interface HardLinks {
  readonly groups: number;
  readonly names: number;
  /** Groups of which some names are outside the tree, or excluded. */
  readonly partlyOutside: number;
  /** Groups with names in more than one directory; the first 1,000 with their directories (raw, at most 8 each). */
  readonly spanning: number;
  readonly spanningSamples: readonly {
    readonly names: number;
    readonly directories: readonly RawPath[];
  }[];
  /** Names of groups that were too many to follow. */
  readonly notFollowed: number;
}

export interface TreeSummary extends Readonly<TreeStatistics> {
  readonly hardLinks: HardLinks;
  readonly elapsedMs: number;
  /** See readDirectorySummaries; undefined without an outDirectory. */
  readonly summariesPath: string | undefined;
}

export interface AssessOptions {
  readonly root: string;
  readonly excludes: ExcludeRules;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: { entries: number; bytes: number }) => void;
  /** Directory in which `directories` is written. */
  readonly outDirectory?: string | undefined;
}

/** Throws SOURCE_MISSING, a transient code, or INTERRUPTED. Unreadable entries are counted and sampled. */
export async function assessTree(options: AssessOptions): Promise<TreeSummary> {
  const { root, excludes, threads, signal, onProgress, outDirectory } = options;
  const started = performance.now();
  const tree = openTree(root);
  const pool = new ThreadPool({ threads, sourceRoot: root });
  const summariesPath = outDirectory === undefined ? undefined : join(outDirectory, 'directories');
  const sorter = summariesPath === undefined ? undefined : new SummarySorter(summariesPath);
  const statistics = emptyStatistics();
  const links = new LinkGroups();
  try {
    await walk<AssessDirectoriesResult>({
      stack: [''],
      capacity: pool.capacity,
      signal,
      visit: (directories) =>
        pool.run({
          type: 'assess directories',
          rootFd: tree.fd,
          directories,
          excludes,
          device: tree.device,
        }),
      onResult: (result) => {
        addStatistics(statistics, result.statistics);
        for (const name of result.linked) links.add(name);
        for (const summary of result.summaries) sorter?.add(summary);
        onProgress?.({ entries: statistics.entries, bytes: statistics.bytes });
      },
    });
    sorter?.finish();
    const elapsedMs = performance.now() - started;
    return { ...statistics, hardLinks: links.summary(), elapsedMs, summariesPath };
  } finally {
    sorter?.discard();
    await pool.dispose();
    closeSync(tree.fd);
  }
}

interface Group {
  readonly nlink: number;
  names: number;
  readonly directories: Set<RawPath>;
}

class LinkGroups {
  private readonly groups = new Map<bigint, Group>();
  private notFollowed = 0;

  add({ inode, nlink, path }: LinkedName): void {
    let group = this.groups.get(inode);
    if (!group) {
      if (this.groups.size >= GROUPS) {
        this.notFollowed++;
        return;
      }
      group = { nlink, names: 0, directories: new Set() };
      this.groups.set(inode, group);
    }
    group.names++;
    if (group.directories.size < DIRECTORIES_OF_A_GROUP) group.directories.add(parentOf(path));
  }

  summary(): HardLinks {
    const groups = [...this.groups.values()];
    const spanning = groups.filter(({ directories }) => directories.size > 1);
    return {
      groups: groups.length,
      names: groups.reduce((sum, { names }) => sum + names, 0) + this.notFollowed,
      partlyOutside: groups.filter(({ names, nlink }) => names < nlink).length,
      spanning: spanning.length,
      spanningSamples: spanning
        .slice(0, SPANNING_SAMPLES)
        .map(({ names, directories }) => ({ names, directories: [...directories].sort() })),
      notFollowed: this.notFollowed,
    };
  }
}
