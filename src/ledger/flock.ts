/**
 * Locks between processes by flock(2): the kernel lets go of them when their holder dies, however
 * it dies, so no lock is ever stale. On NFS they work from Linux 2.6.12 on.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import koffi from 'koffi';

const LOCK_EX = 2;
const LOCK_NB = 4;
const flock = koffi.load('libc.so.6').func('int flock(int, int)') as unknown as (
  fd: number,
  operation: number,
) => number;

/** Tries once. Returns a function that lets go, or undefined when somebody else holds it. */
export function tryLock(path: string): (() => void) | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a', 0o600);
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return () => closeSync(fd);
  closeSync(fd);
  return undefined;
}

/** Holds the lock while `action` runs; waits for it. For actions of milliseconds. */
export function withLock<T>(path: string, action: () => T): T {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a', 0o600);
  try {
    // EINTR is the only failure of a blocking flock on a good descriptor.
    while (flock(fd, LOCK_EX) !== 0);
    return action();
  } finally {
    closeSync(fd);
  }
}
