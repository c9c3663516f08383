/**
 * The only access to longhaul's state. The layout is in chunk-store.ts; no other code knows a file name
 * in it. Several processes, and hosts that share the directory, may use it at the same time.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LonghaulError } from '../errors/failure.ts';
import { readJson, removeStaleTemporaries } from './atomic-file.ts';
import { namesIn, syncDirectory } from './directory.ts';
import { isMigration, migrationStore, type MigrationStore } from './migration-store.ts';
import { hasFields, isText } from './shape.ts';

/** The rule of a spec's `name`: never a path. */
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

interface Identity {
  readonly id: string;
  readonly createdAt: string;
}
const isIdentity = hasFields<Identity>({ id: isText, createdAt: isText });

export interface StateDirectory {
  readonly path: string;
  /** Equal for every process and host that uses this directory. */
  readonly id: string;
  /** Returns the names of the migrations that were started in it, sorted. */
  migrations(): readonly string[];
  /** Throws NO_SUCH_MIGRATION for text that is no name of a migration. */
  migration(name: string): MigrationStore;
}

/** Throws TREES_NOT_SEEN when `path` is no state directory and `create` is false. */
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
    migrations: () => namesIn(migrations).filter((name) => isMigration(join(migrations, name))),
    migration: (name) => {
      if (NAME.test(name)) return migrationStore(name, join(migrations, name));
      throw new LonghaulError('NO_SUCH_MIGRATION', `"${name}" is no name of a migration`);
    },
  };
}

/** Created once: of two processes that create it at the same time, one wins by link(2). */
function identity(path: string, create: boolean): Identity {
  const file = join(path, 'identity.json');
  const found = readJson(file, isIdentity);
  if (found) return found;
  if (!create) {
    throw new LonghaulError('TREES_NOT_SEEN', `${path} is not a longhaul state directory`, {
      path,
      hint: 'Start a migration first, or name the right directory with --state.',
    });
  }
  // Random: hosts that share the directory may have processes of the same number.
  const temporary = `${file}.${randomUUID()}.tmp`;
  const created = { id: randomUUID(), createdAt: new Date().toISOString() };
  writeFileSync(temporary, JSON.stringify(created), { flush: true });
  try {
    linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncDirectory(path);
  return readJson(file, isIdentity)!;
}
