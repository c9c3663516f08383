/** Where longhaul keeps what it downloads or builds, and what belongs to a server it starts. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Environment = Readonly<Record<string, string | undefined>>;

/** The user's cache folder, shared by every checkout: losing it costs time, nothing else. */
export function cacheFolder(env: Environment = process.env): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'longhaul');
}

/** Folder of the server that belongs to a state directory; without one, to the user. */
export function serverFolder(stateDirectory?: string, env: Environment = process.env): string {
  if (stateDirectory !== undefined) return join(stateDirectory, 'temporal');
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return join(state, 'longhaul', 'temporal');
}

/** The pinned Go modules: the same place relative to src/ and to dist/. */
export const TOOLS_FOLDER = fileURLToPath(new URL('../../tools/', import.meta.url));
