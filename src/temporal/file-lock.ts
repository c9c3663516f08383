/** Waits for a lock between processes. The lock file names its holder, for those that wait. */
import { closeSync, ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLocked } from '../state/flock.ts';

const POLL_MS = 100;

export interface LockOptions {
  /** Called once when another process holds the lock; `holder` is its pid as text, if known. */
  readonly onWait?: (holder: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs `work` while no other process holds `path`. */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const fd = await acquire(path, options);
  try {
    ftruncateSync(fd);
    writeSync(fd, String(process.pid));
    return await work();
  } finally {
    closeSync(fd);
  }
}

async function acquire(path: string, { onWait, signal }: LockOptions): Promise<number> {
  for (let isFirst = true; ; isFirst = false) {
    const fd = openLocked(path);
    if (fd !== undefined) return fd;
    if (isFirst) onWait?.(readFileSync(path, 'utf8') || 'unknown');
    await sleep(POLL_MS, undefined, { signal });
  }
}
