/** The demo's folder. A keeper shell removes it when the process that opened it ends, even after kill -9. */
import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Room {
  readonly path: string;
  /** Removes it; what still writes into it must have ended. */
  close(): Promise<void>;
}

/** Waits for the end of its stdin. Removes in a loop, since processes that are ending may still write. */
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
 * Returns TMPDIR if it is set, else a file system in memory with enough room: removing 40,000 files from
 * some disks takes longer than the rest of the demo.
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

/** Creates a folder that other users may enter, as the far end of the link needs it. */
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
