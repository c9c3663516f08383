/**
 * Locks between processes by flock(2): the kernel releases a lock when its holder dies, however it
 * dies, so no lock is ever stale. On NFS they work from Linux 2.6.12 on. A lock file is never removed:
 * a lock on a removed file would keep nobody out.
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import koffi from 'koffi';
import { codeOfErrno } from '../errors/errno.ts';
import { LonghaulError } from '../errors/failure.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;
const flock = koffi.load('libc.so.6').func('int flock(int, int)') as unknown as (
  fd: number,
  operation: number,
) => number;

/** Tries once. Returns a function that releases the lock; undefined when another holder has it. */
export function tryLock(path: string): (() => void) | undefined {
  const fd = openLocked(path);
  return fd === undefined ? undefined : () => closeSync(fd);
}

/**
 * Tries once. Returns a descriptor, open for appending, that holds the lock until it is closed in this
 * process and in every process that inherited it; undefined when another holder has it.
 */
export function openLocked(path: string): number | undefined {
  const fd = openLockFile(path);
  let held = false;
  try {
    held = lockDescriptor(fd, path, LOCK_EX | LOCK_NB);
  } finally {
    if (!held) closeSync(fd);
  }
  return held ? fd : undefined;
}

/** Holds the lock while `action` runs, and blocks this thread until it has it. For actions of milliseconds. */
export function withLock<T>(path: string, action: () => T): T {
  const fd = openLockFile(path);
  try {
    lockDescriptor(fd, path, LOCK_EX);
    return action();
  } finally {
    closeSync(fd);
  }
}

function openLockFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a', 0o600);
}

function lockDescriptor(fd: number, path: string, operation: number): boolean {
  while (flock(fd, operation) !== 0) {
    const errno = koffi.errno();
    if (errno === constants.errno.EINTR) continue;
    if (errno === constants.errno.EAGAIN) return false;
    // ENOLCK of a network file system, above all: waiting would never end.
    const name = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? '';
    throw new LonghaulError(codeOfErrno(name), `Cannot lock ${path}: ${name}`, { path });
  }
  return true;
}
