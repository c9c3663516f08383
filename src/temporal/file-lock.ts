/**
 * One process at a time, by flock(2): the kernel lets go when the holder dies, so a dead holder
 * never has to be guessed. The file names the holder for whoever waits; it is never removed, since
 * a lock on a removed file would keep nobody out.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoName, flock } from '../engines/posix/native/libc.ts';

/** LOCK_EX | LOCK_NB, flock(2) */
export const LOCK_EXCLUSIVE_NOW = 2 | 4;
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
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a+');
  try {
    await acquire(fd, path, options);
    ftruncateSync(fd);
    writeSync(fd, String(process.pid));
    return await work();
  } finally {
    closeSync(fd);
  }
}

async function acquire(fd: number, path: string, options: LockOptions): Promise<void> {
  let announced = false;
  while (flock(fd, LOCK_EXCLUSIVE_NOW) < 0) {
    const errno = errnoName();
    if (errno !== 'EAGAIN' && errno !== 'EINTR') {
      throw Object.assign(new Error(`Cannot lock ${path}: ${errno}`), { code: errno });
    }
    if (!announced) options.onWait?.(readFileSync(path, 'utf8') || 'unknown');
    announced = true;
    await sleep(POLL_MS, undefined, { signal: options.signal });
  }
}
