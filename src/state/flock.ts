/**
 * Locks between processes by flock(2): the kernel lets go of them when their holder dies, however
 * it dies, so no lock is ever stale. On NFS they work from Linux 2.6.12 on.
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

/** Tries once. Returns a function that lets go, or undefined when somebody else holds it. */
export function tryLock(path: string): (() => void) | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a', 0o600);
  let held = false;
  try {
    held = lockDescriptor(fd, path, LOCK_EX | LOCK_NB);
  } finally {
    if (!held) closeSync(fd);
  }
  return held ? () => closeSync(fd) : undefined;
}

/** Holds the lock while `action` runs; waits for it. For actions of milliseconds. */
export function withLock<T>(path: string, action: () => T): T {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a', 0o600);
  try {
    lockDescriptor(fd, path, LOCK_EX);
    return action();
  } finally {
    closeSync(fd);
  }
}

function lockDescriptor(fd: number, path: string, operation: number): boolean {
  while (flock(fd, operation) !== 0) {
    const errno = koffi.errno();
    if (errno === constants.errno.EINTR) continue;
    if (errno === constants.errno.EAGAIN) return false;
    // ENOLCK of a network file system, above all: waiting would be for ever.
    const name = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? '';
    throw new LonghaulError(codeOfErrno(name), `Cannot lock ${path}: ${name}`, { path });
  }
  return true;
}
