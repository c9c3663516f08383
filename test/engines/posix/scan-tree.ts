/** A place for a tree and a round, and a scan of it with what tests usually want. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanChunk, type ScanOptions } from '../../../src/engines/posix/steps/scan.ts';
import { ThreadPool } from '../../../src/engines/posix/pool/pool.ts';
import type { DirectoryBlock } from '../../../src/model/entry.ts';
import { CatalogReader } from '../../../src/catalog/reader.ts';

export function makePlace() {
  const folder = mkdtempSync(join(tmpdir(), 'scan-'));
  const source = join(folder, 'source');
  const round = join(folder, 'round');
  mkdirSync(source);
  mkdirSync(round);
  const pool = new ThreadPool({ threads: 2, sourceRoot: source });
  return {
    folder,
    source,
    round,
    pool,
    scan: (over: Partial<ScanOptions> = {}) =>
      scanChunk({
        pool,
        chunk: { roots: [''], without: [] },
        excludes: { patterns: [], defaults: true },
        specialFiles: 'except',
        roundDirectory: round,
        ...over,
      }),
    manifest: () => readManifest(join(round, 'manifest')),
    remove: async () => {
      await pool.dispose();
      rmSync(folder, { recursive: true });
    },
  };
}

function readManifest(path: string): DirectoryBlock[] {
  const reader = new CatalogReader(path);
  try {
    return [...reader.directories()];
  } finally {
    reader.close();
  }
}

/** [path, complete, ...'name status'] of each directory. */
export function outline(blocks: readonly DirectoryBlock[]) {
  return blocks.map(({ path, complete, entries }) => [
    path,
    complete,
    ...entries.map(({ name, status }) => `${name} ${status}`),
  ]);
}

/** `directories` directories of `files` files each, two levels deep. */
export function makeTree(root: string, directories: number, files: number): void {
  for (let d = 0; d < directories; d++) {
    const path = join(root, `top-${d % 7}`, `dir-${d}`);
    mkdirSync(path, { recursive: true });
    for (let f = 0; f < files; f++) writeFileSync(join(path, `file-${f}`), 'x');
  }
}
