/**
 * Files that are replaced as a whole: a reader sees the old content or the new content, never a part,
 * also after a crash. Steps: temporary name beside the target, fsync, rename, fsync of the directory.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { LonghaulError } from '../errors/failure.ts';
import { syncDirectory } from './directory.ts';
import type { Check } from './shape.ts';

export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  // Random: threads share a pid, and hosts that share the directory may have equal pids.
  const temporary = `${path}.${randomUUID()}.tmp`;
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    writeAll(fd, typeof content === 'string' ? Buffer.from(content) : content);
    fsyncSync(fd);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Returns undefined when there is no such file. Throws STATE_DAMAGED when it does not hold a T. */
export function readJson<T>(path: string, isValid: Check<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const value = parseJson(text, path);
  if (isValid(value)) return value;
  throw new LonghaulError('STATE_DAMAGED', `${path} lacks fields or has wrong ones`, { path });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LonghaulError('STATE_DAMAGED', `${path} is not readable JSON`, { path, cause });
  }
}

const TEMPORARY = /\.[0-9a-f-]{36}\.tmp$/;
const STALE_MS = 3600e3;

/** Removes the temporary files of writers that died; one younger than `olderThanMs` may still be in use. */
export function removeStaleTemporaries(directory: string, olderThanMs = STALE_MS): void {
  for (const name of readdirSync(directory)) {
    if (!TEMPORARY.test(name)) continue;
    const path = join(directory, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (age >= olderThanMs) rmSync(path, { force: true });
  }
}

/** Writes all bytes at the file's position: one write(2) may take only a part. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}
