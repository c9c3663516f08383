/** `server.json`: the last server that was started for a folder. It is replaced atomically. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const serverFile = z.object({
  v: z.literal(1),
  /** Identity of the server process, which a later process with the same pid does not share. */
  process: z.object({ pid: z.int().positive(), startTicks: z.string(), bootId: z.string() }),
  port: z.int(),
  uiPort: z.int(),
  namespace: z.string(),
  database: z.string(),
  program: z.string(),
  how: z.string(),
  startedAt: z.string(),
});
export type ServerFile = z.infer<typeof serverFile>;

export const databasePath = (folder: string): string => join(folder, 'temporal.db');
export const logPath = (folder: string): string => join(folder, 'server.log');
export const lockPath = (folder: string): string => join(folder, 'server.lock');
const filePath = (folder: string): string => join(folder, 'server.json');

/** Returns the last server that was started for this folder, alive or not; undefined when there was none. */
export function readServerFile(folder: string): ServerFile | undefined {
  try {
    return serverFile.parse(JSON.parse(readFileSync(filePath(folder), 'utf8')));
  } catch {
    // Missing, or of another version. A server that still runs holds the lock of its database, so that a
    // second one cannot start.
    return undefined;
  }
}

export function writeServerFile(folder: string, content: ServerFile): void {
  const temporary = `${filePath(folder)}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(temporary, filePath(folder));
}
