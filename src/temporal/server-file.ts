/** What is known of the server that belongs to a folder: `server.json`, written whole. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const serverFile = z.object({
  v: z.literal(1),
  /** The process that serves; with what tells it from a later one of the same pid. */
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

/** The last server started for this folder, alive or not; undefined when there was none. */
export function readServerFile(folder: string): ServerFile | undefined {
  try {
    return serverFile.parse(JSON.parse(readFileSync(filePath(folder), 'utf8')));
  } catch {
    // None, or of another version: a server that runs nonetheless holds its database and its port,
    // so that a second one on the same file says so in its log.
    return undefined;
  }
}

export function writeServerFile(folder: string, content: ServerFile): void {
  const temporary = `${filePath(folder)}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(temporary, filePath(folder));
}
