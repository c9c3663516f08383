/** Directory of a sync's state, which the same call finds again after an interruption. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Returns the state directory of a sync between these two directories. It depends on their inodes: a
 * journal is not valid for another directory of the same name. `folder` may hold states of other syncs;
 * without it, a folder in the user's state belongs to these two names, and old states are removed.
 */
export function syncState(source: string, destination: string, folder?: string): string {
  const base = folder ?? join(userState(), 'longhaul/sync', short(`${source}\0${destination}`));
  const name = `sync-${short([source, destination].map(identityOf).join())}`;
  const others = folder === undefined && existsSync(base) ? readdirSync(base) : [];
  for (const other of others) {
    if (other !== name) rmSync(join(base, other), { recursive: true, force: true });
  }
  return join(base, name);
}

function userState(): string {
  return process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state');
}

/** Includes the time of birth: a new directory may get the inode of a removed one. */
function identityOf(root: string): string {
  const { dev, ino, birthtimeNs } = statSync(root, { bigint: true });
  return `${dev}:${ino}:${birthtimeNs}`;
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
