/** Where the journal of a sync is, so that the same call after an interruption finds it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The state of a sync between these very directories. A journal says what is at the destination; if
 * another directory has its name now, it says nothing. In `folder` there may be those of other
 * syncs; without it, a folder in the user's state belongs to these two names, and is kept clean.
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

/** With the time of birth, because a new directory may get the inode of the one that was removed. */
function identityOf(root: string): string {
  const { dev, ino, birthtimeNs } = statSync(root, { bigint: true });
  return `${dev}:${ino}:${birthtimeNs}`;
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
