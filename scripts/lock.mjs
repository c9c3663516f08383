// One process at a time over a checkout, by flock(2): the kernel lets go when the holder dies.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';

const LOCK_EXCLUSIVE_NOW = 2 | 4;

/** Runs `work` while no other process holds the lock file; says so when it has to wait. */
export async function withLock(path, work) {
  const flock = koffi.load('libc.so.6').func('int flock(int, int)');
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a');
  try {
    let announced = false;
    while (flock(fd, LOCK_EXCLUSIVE_NOW) !== 0) {
      if (!announced) console.error(`waiting: another process holds ${path}`);
      announced = true;
      await sleep(200);
    }
    return await work();
  } finally {
    closeSync(fd);
  }
}
