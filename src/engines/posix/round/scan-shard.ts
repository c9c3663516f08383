/**
 * The directories that a running scan has listed so far, in the order in which they were listed; the scan
 * resumes from it after a crash. A directory counts if all its records are intact. When the shard is
 * opened again, everything after the last such directory is cut off.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { ByteWriter } from '../../../catalog/bytes.ts';
import type { RawPath } from '../../../paths.ts';
import {
  appendRecord,
  readRecord,
  RECORD_HEAD,
  recordsIn,
  type ScanRecord,
} from './scan-record.ts';

const SYNC_INTERVAL_MS = 2_000;
/** Path of the first record. No directory can have it. */
const HEADING = '/heading';

/** Location of a record in the file, and facts about its directory. */
export interface ShardRecord {
  readonly path: RawPath;
  readonly start: number;
  readonly end: number;
  readonly complete: boolean;
  readonly continues: boolean;
  /** See ScanRecord. */
  readonly failure: string;
}

export class ScanShard {
  readonly path: string;
  /** The records of all directories that count, in file order. */
  readonly records: ShardRecord[] = [];
  private readonly fd: number;
  private end = 0;
  private lastSync = Date.now();

  /**
   * Opens or creates the shard at `path`. A shard with another heading (other rules, another chunk) is
   * emptied. `onRecord` gets each record that counts.
   */
  constructor(path: string, heading: string, onRecord: (record: ScanRecord) => void) {
    this.path = path;
    this.fd = openSync(path, 'a+');
    const unfinished: { record: ScanRecord; start: number; end: number }[] = [];
    let hasHeading = false;
    for (const read of this.read()) {
      if (!hasHeading && read.record.failure !== heading) break;
      if (hasHeading) unfinished.push(read);
      hasHeading = true;
      if (read.record.continues) continue;
      this.end = read.end;
      for (const { record, start, end } of unfinished.splice(0)) {
        this.records.push(shardRecord(record, start, end));
        onRecord(record);
      }
    }
    ftruncateSync(this.fd, this.end);
    if (!hasHeading) this.begin(heading);
  }

  /** Appends records of whole directories. They become durable within seconds. */
  append(records: Uint8Array<ArrayBuffer>): void {
    for (let done = 0; done < records.length;) {
      done += writeSync(this.fd, records, done, records.length - done);
    }
    for (const { record, start, end } of recordsIn(records))
      if (record.path !== HEADING)
        this.records.push(shardRecord(record, this.end + start, this.end + end));
    this.end += records.length;
    if (Date.now() - this.lastSync < SYNC_INTERVAL_MS) return;
    this.lastSync = Date.now();
    this.sync();
  }

  sync(): void {
    fdatasyncSync(this.fd);
  }

  /** Streams all records with their positions; stops at the first that is not intact. */
  *read(): Generator<{ record: ScanRecord; start: number; end: number }, void, undefined> {
    const { size } = fstatSync(this.fd);
    for (let start = 0; start < size;) {
      const payload = this.payloadAt(start, size);
      if (!payload) return;
      const end = start + RECORD_HEAD + payload.length;
      yield { record: readRecord(payload), start, end };
      start = end;
    }
  }

  recordAt({ start, end }: ShardRecord): ScanRecord {
    const payload = this.payloadBetween(start, end);
    if (!payload) throw new Error(`${this.path} changed while it was merged`);
    return readRecord(payload);
  }

  close(): void {
    closeSync(this.fd);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  private begin(heading: string): void {
    const out = new ByteWriter(1024);
    const body = new Uint8Array(0);
    const flags = { complete: true, continues: false, count: 0, fileBytes: 0 };
    appendRecord(out, { path: HEADING, failure: heading, body, ...flags });
    this.append(out.written());
  }

  private payloadAt(start: number, size: number): Uint8Array<ArrayBuffer> | undefined {
    const head = Buffer.alloc(RECORD_HEAD);
    if (this.readAt(head, start) < RECORD_HEAD) return undefined;
    const length = head.readUInt32LE(0);
    if (length === 0 || start + RECORD_HEAD + length > size) return undefined;
    return this.payloadBetween(start, start + RECORD_HEAD + length);
  }

  private payloadBetween(start: number, end: number): Uint8Array<ArrayBuffer> | undefined {
    const bytes = new Uint8Array(end - start);
    return this.readAt(bytes, start) === bytes.length ? intact(bytes) : undefined;
  }

  private readAt(into: Uint8Array, position: number): number {
    let done = 0;
    while (done < into.length) {
      const read = readSync(this.fd, into, done, into.length - done, position + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  }
}

/** Returns the payload of a record if length and checksum match its head. */
function intact(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const head = new DataView(bytes.buffer, 0, RECORD_HEAD);
  const payload = bytes.subarray(RECORD_HEAD);
  const isWhole = head.getUint32(0, true) === payload.length;
  return isWhole && crc32(payload) === head.getUint32(4, true) ? payload : undefined;
}

function shardRecord(record: ScanRecord, start: number, end: number): ShardRecord {
  const { path, complete, continues, failure } = record;
  return { path, start, end, complete, continues, failure };
}
