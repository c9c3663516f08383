/** Folders of downloaded and built programs, and of the servers that longhaul starts. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns longhaul's cache folder of the current user. Its content can be recreated at any time. */
export function cacheFolder(env: Environment = process.env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'longhaul');
}

/** Returns the folder of a state directory's server; without a state directory, of the user's server. */
export function serverFolder(stateDirectory?: string, env: Environment = process.env): string {
  if (stateDirectory !== undefined) return join(stateDirectory, 'temporal');
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(state, 'longhaul', 'temporal');
}

/** The pinned Go modules. The relative path is the same from src/ and from dist/. */
export const TOOLS_FOLDER = fileURLToPath(new URL('../../tools/', import.meta.url));
