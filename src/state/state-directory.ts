/**
 * The one door to longhaul's state. The layout is in chunk-store.ts; nothing else knows a file name
 * in it. Several processes, and hosts that share the directory, may use it at once.
 */
import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LonghaulError } from '../errors/failure.ts';
import { readJson, removeStaleTemporaries, syncDirectory, writeJsonAtomic } from './atomic-file.ts';
import type { ChunkStore } from './chunk-store.ts';
import { withLock } from './flock.ts';

/** As in the spec: never a path. */
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

interface Identity {
  readonly id: string;
  readonly createdAt: string;
}

export interface StateDirectory {
  readonly path: string;
  /** The same for everybody who sees this directory. */
  readonly id: string;
  /** Names of the migrations in it, sorted. */
  migrations(): readonly string[];
  migration(name: string): MigrationStore;
}

export interface MigrationStore {
  readonly name: string;
  readonly directory: string;
  readonly ledgerPath: string;
  readonly assessDirectory: string;
  /** What was written by `start`: spec, tree identities; undefined when it was never started. */
  readMigration<T>(): T | undefined;
  writeMigration(value: unknown): void;
  readPlan<T>(version?: number): T | undefined;
  /** The highest version there is; 0 when there is none. */
  planVersion(): number;
  writePlan(version: number, plan: unknown): void;
  readControls<T>(): T | undefined;
  writeControls(value: unknown): void;
  /** Read, change and write in one, so that of two processes neither loses the other's change. */
  updateControls<T>(change: (before: T | undefined) => T): T;
  readLink<T>(): T | undefined;
  writeLink(value: unknown): void;
  updateLink<T>(change: (before: T | undefined) => T): T;
  lockPath(name: string): string;
  chunk(id: string, round: number): ChunkStore;
  /** The chunk's directory; may not exist. For readers. */
  chunkDirectory(id: string): string;
  /** Chunk ids that have a corner of their own, sorted. */
  chunkIds(): readonly string[];
  /** Says that this worker process is alive; call it every few seconds. */
  touchWorker(workerId: string): void;
  removeWorker(workerId: string): void;
  /** Workers heard of within `maxAgeMs`. */
  liveWorkers(maxAgeMs: number, nowMs: number): readonly string[];
}

export function openStateDirectory(path: string, { create = false } = {}): StateDirectory {
  if (create) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    removeStaleTemporaries(path);
  }
  const { id } = identity(path, create);
  const migrations = join(path, 'migrations');
  return {
    path,
    id,
    migrations: () =>
      namesIn(migrations).filter((name) => exists(join(migrations, name, 'migration.json'))),
    migration: (name) => {
      if (!NAME.test(name)) {
        throw new LonghaulError('NO_SUCH_MIGRATION', `"${name}" is no name of a migration`);
      }
      return migrationStore(name, join(migrations, name));
    },
  };
}

/** Made once: of two processes that make it at the same time, one wins by link(2). */
function identity(path: string, create: boolean): Identity {
  const file = join(path, 'identity.json');
  const found = readJson<Identity>(file);
  if (found) return found;
  if (!create) {
    throw new LonghaulError('TREES_NOT_SEEN', `${path} is not a longhaul state directory`, {
      path,
      hint: 'Start a migration first, or name the right directory with --state.',
    });
  }
  // Random: hosts that share the directory may have processes of the same number.
  const temporary = `${file}.${randomUUID()}.tmp`;
  writeFileSync(
    temporary,
    JSON.stringify({ id: randomUUID(), createdAt: new Date().toISOString() }),
    { flush: true },
  );
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(path);
  return readJson<Identity>(file)!;
}

function migrationStore(name: string, directory: string): MigrationStore {
  const at = (...parts: string[]): string => join(directory, ...parts);
  const planVersion = (): number =>
    Math.max(
      0,
      ...namesIn(directory).map((file) => Number(/^plan-(\d+)\.json$/.exec(file)?.[1] ?? 0)),
    );
  return {
    name,
    directory,
    ledgerPath: at('ledger.jsonl'),
    assessDirectory: at('assess'),
    readMigration: () => readJson(at('migration.json')),
    writeMigration: (value) => writeJsonAtomic(at('migration.json'), value),
    readPlan: (version = planVersion()) =>
      version === 0 ? undefined : readJson(at(`plan-${version}.json`)),
    planVersion,
    writePlan: (version, plan) => writeJsonAtomic(at(`plan-${version}.json`), plan),
    readControls: () => readJson(at('controls.json')),
    writeControls: (value) => writeJsonAtomic(at('controls.json'), value),
    updateControls: (change) => update(at('controls.json'), change),
    readLink: () => readJson(at('link.json')),
    writeLink: (value) => writeJsonAtomic(at('link.json'), value),
    updateLink: (change) => update(at('link.json'), change),
    lockPath: (lock) => at(`${lock}.lock`),
    chunk: (id, round) => chunkStore(at('chunks', id), round),
    chunkDirectory: (id) => at('chunks', id),
    chunkIds: () => namesIn(at('chunks')),
    ...workerRegistrations(at('workers')),
  };
}

function update<T>(file: string, change: (before: T | undefined) => T): T {
  return withLock(`${file}.lock`, () => {
    const before = readJson<T>(file);
    const after = change(before);
    if (!isDeepStrictEqual(before, after)) writeJsonAtomic(file, after);
    return after;
  });
}

function chunkStore(directory: string, round: number): ChunkStore {
  const roundDirectory = join(directory, `round-${round}`);
  mkdirSync(roundDirectory, { recursive: true });
  return { directory, roundDirectory, catalogPath: join(directory, 'catalog') };
}

function workerRegistrations(
  directory: string,
): Pick<MigrationStore, 'touchWorker' | 'removeWorker' | 'liveWorkers'> {
  return {
    touchWorker(workerId) {
      mkdirSync(directory, { recursive: true });
      const file = join(directory, workerId);
      writeFileSync(file, '', { flag: 'a' });
      utimesSync(file, new Date(), new Date());
    },
    removeWorker: (workerId) => rmSync(join(directory, workerId), { force: true }),
    liveWorkers: (maxAgeMs, nowMs) =>
      namesIn(directory).filter((name) => nowMs - modifiedAt(join(directory, name)) <= maxAgeMs),
  };
}

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
