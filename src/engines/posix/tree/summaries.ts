/**
 * Sorts directory summaries into a file that the chunk plan streams. They arrive in any order and may
 * be millions, so sorted runs are written and merged at the end.
 *
 * The file is a catalog (checksums, front-coded paths) in which each directory has one entry that
 * carries the two numbers: its own entries and the bytes of its own files.
 */
import { rmSync } from 'node:fs';
import { CatalogReader } from '../../../catalog/reader.ts';
import { CatalogWriter } from '../../../catalog/writer.ts';
import { comparePaths } from '../../../paths.ts';
import type { DirectorySummary } from '../../../policy/chunks/plan.ts';
import { emptyEntryFields } from '../native/statx.ts';

const MAX_RUN_LENGTH = 100_000;

export class SummarySorter {
  private readonly path: string;
  private readonly runLength: number;
  private run: DirectorySummary[] = [];
  private readonly runs: string[] = [];

  /** Writes the file at `path` in `finish`; its runs are stored beside it until then. */
  constructor(path: string, runLength = MAX_RUN_LENGTH) {
    this.path = path;
    this.runLength = runLength;
  }

  add(summary: DirectorySummary): void {
    this.run.push(summary);
    if (this.run.length >= this.runLength) this.spill();
  }

  finish(): void {
    this.spill();
    write(this.path, merge(this.runs.map((run) => readDirectorySummaries(run))));
    this.discard();
  }

  /** Removes the runs. */
  discard(): void {
    for (const run of this.runs) rmSync(run, { force: true });
  }

  private spill(): void {
    const path = `${this.path}.run-${this.runs.length}`;
    this.runs.push(path);
    write(
      path,
      this.run.sort((a, b) => comparePaths(a.path, b.path)),
    );
    this.run = [];
  }
}

/** Streams the summaries in comparePaths order. Throws CATALOG_DAMAGED. */
export function* readDirectorySummaries(
  path: string,
): Generator<DirectorySummary, void, undefined> {
  const reader = new CatalogReader(path);
  try {
    for (const { path: directory, entries } of reader.directories()) {
      const numbers = entries[0]!;
      yield { path: directory, entries: numbers.nlink, bytes: numbers.sizeBytes };
    }
  } finally {
    reader.close();
  }
}

function write(path: string, summaries: Iterable<DirectorySummary>): void {
  const writer = new CatalogWriter(path);
  try {
    for (const { path: directory, entries, bytes } of summaries) {
      const numbers = { ...emptyEntryFields('.'), inode: 0n, nlink: entries, sizeBytes: bytes };
      writer.add({ path: directory, complete: true, entries: [{ ...numbers, status: 'seen' }] });
    }
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
  writer.finish();
}

/** Compares the head of every stream: there are few streams, and they are long. */
function* merge(
  streams: readonly Generator<DirectorySummary, void, undefined>[],
): Generator<DirectorySummary, void, undefined> {
  const heads = streams.map((stream) => ({ stream, head: stream.next() }));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const candidate of heads) {
      if (candidate.head.done) continue;
      if (
        !first ||
        first.head.done ||
        comparePaths(candidate.head.value.path, first.head.value.path) < 0
      )
        first = candidate;
    }
    if (!first || first.head.done) return;
    yield first.head.value;
    first.head = first.stream.next();
  }
}
