/** Names in a directory: list them, and make them durable. */
import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';

/** Returns the names in a directory, sorted; none when the directory does not exist. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Makes the names in a directory durable: those created, renamed and removed so far. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
