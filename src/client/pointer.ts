/**
 * Which state directory `longhaul status acme` means. `start` leaves a pointer file for each
 * migration in the user's state folder; it is a convenience, never the truth, so that a missing or
 * torn one only means that the user has to say --state.
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

/** --state, then LONGHAUL_STATE, then the pointer; undefined when none of them says. Absolute. */
export function findStateDirectory(
  { state, name }: { state?: string | undefined; name?: string | undefined },
  env: Environment = process.env,
): string | undefined {
  if (state !== undefined) return resolve(state);
  const named = env['LONGHAUL_STATE'];
  if (named !== undefined && named !== '') return resolve(named);
  return name === undefined ? undefined : readPointer(name, env);
}

/** Names of the migrations that `start` recorded for this user. */
export const knownMigrations = (env: Environment = process.env): readonly string[] =>
  namesIn(join(userStateFolder(env), 'migrations'));

/** State directories that `start` recorded for this user, each once, sorted. */
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
