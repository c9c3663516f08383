/** The demo's folder. A shell holds it: it goes when the process that opened it ends, however that one ends. */
import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Room {
  readonly path: string;
  /** Removes it; what still writes into it must have ended. */
  close(): Promise<void>;
}

/** Waits for the end of its stdin; others may still be dying then, and write once more. */
const KEEPER = `
cat >/dev/null
for try in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf --one-file-system -- "$1" 2>/dev/null
  [ -e "$1" ] || exit 0
  sleep 0.3
done`;

const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 2 * 2 ** 30;

/**
 * Where TMPDIR says; else in memory, if there is enough: what is removed a minute later need not wear
 * a disk, and removing 40,000 files from some disks takes longer than all the rest.
 */
function roomiest(): string {
  if ((process.env['TMPDIR'] ?? '') !== '') return tmpdir();
  try {
    accessSync(MEMORY, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** A new folder; others may enter it, as the far end of the link does. */
export function openRoom(): Room {
  const path = mkdtempSync(join(roomiest(), 'longhaul-demo-'));
  chmodSync(path, 0o755);
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'longhaul-demo-room', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // out of reach of a Ctrl-C at the terminal
    cwd: '/',
  });
  const ended = new Promise<void>((resolve) => keeper.once('close', () => resolve()));
  keeper.stdin.on('error', () => undefined);
  return {
    path,
    close: async () => {
      keeper.stdin.end();
      await ended;
    },
  };
}
