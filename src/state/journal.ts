/**
 * An append-only file of JSON records. A record is durable once `commit()` has returned. Each carries
 * its length and a checksum, so an incomplete record at the end, left by a crash, is detected and cut.
 *
 *   u32 length · u32 CRC-32 of the payload · payload (JSON, UTF-8)
 */
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 as crc32Of } from 'node:zlib';
import { writeAll } from './atomic-file.ts';
import { syncDirectory } from './directory.ts';

const HEADER_BYTES = 8;
const MAX_RECORD_BYTES = 64 * 2 ** 20;

export interface Journal<T> {
  append(record: T): void;
  /** Appends a record that is JSON already. */
  appendJson(json: string): void;
  /** Makes all appended records durable, or the first `records` of them. May be called again after it threw. */
  commit(records?: number): void;
  close(): void;
}

/** Opens for appending, after it has cut an incomplete record at the end. */
export function openJournal<T>(path: string): Journal<T> {
  const fd = openSync(path, 'a+', 0o600);
  let end = cutIncompleteRecord(fd, path);
  let pending: Buffer[] = [];
  return {
    append(record) {
      this.appendJson(JSON.stringify(record));
    },
    appendJson(json) {
      const payload = Buffer.from(json);
      pending.push(headerOf(payload), payload);
    },
    commit(records = Infinity) {
      const due = pending.slice(0, 2 * records);
      if (due.length === 0) return;
      const bytes = Buffer.concat(due);
      try {
        writeAll(fd, bytes);
        fdatasyncSync(fd);
      } catch (thrown) {
        // Disk full in mid-record: what the next commit writes must not lie behind half a record.
        ftruncateSync(fd, end);
        throw thrown;
      }
      end += bytes.length;
      pending = pending.slice(due.length);
    },
    close() {
      closeSync(fd);
    },
  };
}

/** Returns the length of what is left. Closes the file when it throws. */
function cutIncompleteRecord(fd: number, path: string): number {
  try {
    const end = wholeLength(fd);
    ftruncateSync(fd, end);
    syncDirectory(dirname(path));
    return end;
  } catch (thrown) {
    closeSync(fd);
    throw thrown;
  }
}

function headerOf(payload: Buffer): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt32LE(crc32Of(payload), 4);
  return header;
}

/** Yields the complete records from the start; none when there is no file. */
export function* readJournal<T>(path: string): Generator<T, void, undefined> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    for (const { payload } of records(fd)) yield JSON.parse(payload.toString()) as T;
  } finally {
    closeSync(fd);
  }
}

function wholeLength(fd: number): number {
  let end = 0;
  for (const record of records(fd)) end = record.end;
  return end;
}

function* records(fd: number): Generator<{ payload: Buffer; end: number }, void, undefined> {
  const size = fstatSync(fd).size;
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  for (let at = 0; size - at >= HEADER_BYTES;) {
    readSync(fd, header, 0, HEADER_BYTES, at);
    const length = header.readUInt32LE(0);
    const end = at + HEADER_BYTES + length;
    if (length === 0 || length > MAX_RECORD_BYTES || end > size) return;
    const payload = Buffer.allocUnsafe(length);
    readSync(fd, payload, 0, length, at + HEADER_BYTES);
    if (crc32Of(payload) !== header.readUInt32LE(4)) return;
    yield { payload, end };
    at = end;
  }
}
