/**
 * Finds the state directory of a migration by its name. `start` writes a pointer file for each migration to
 * the user's state folder. Pointers are a convenience: without one, the user has to pass --state.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** `${XDG_STATE_HOME:-~/.local/state}/longhaul`. */
export function userStateFolder(env: Environment = process.env): string {
  const base = env['XDG_STATE_HOME'];
  return join(
    base !== undefined && base.startsWith('/') ? base : join(homedir(), '.local/state'),
    'longhaul',
  );
}

const pointerFile = (name: string, env: Environment): string =>
  join(userStateFolder(env), 'migrations', name);

export function writePointer(
  name: string,
  stateDirectory: string,
  env: Environment = process.env,
): void {
  const file = pointerFile(name, env);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${stateDirectory}\n`);
  renameSync(`${file}.new`, file);
}

/** Tries --state, LONGHAUL_STATE and the pointer, in this order. Absolute; undefined if none is set. */
export function findStateDirectory(
  { state, name }: { state?: string | undefined; name?: string | undefined },
  env: Environment = process.env,
): string | undefined {
  if (state !== undefined) return resolve(state);
  const named = env['LONGHAUL_STATE'];
  if (named !== undefined && named !== '') return resolve(named);
  return name === undefined ? undefined : readPointer(name, env);
}

/** Returns the names of the migrations that this user has started. */
export const knownMigrations = (env: Environment = process.env): readonly string[] =>
  namesIn(join(userStateFolder(env), 'migrations'));

/** Returns the state directories in which this user has started migrations, sorted. */
export function knownStateDirectories(env: Environment = process.env): readonly string[] {
  const paths = knownMigrations(env)
    .map((name) => readPointer(name, env))
    .filter((path) => path !== undefined);
  return [...new Set(paths)].sort();
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readPointer(name: string, env: Environment): string | undefined {
  try {
    const text = readFileSync(pointerFile(name, env), 'utf8').trim();
    return text.startsWith('/') ? text : undefined;
  } catch {
    return undefined;
  }
}
