/**
 * The directories of a scan that are proven so far, in the order they were proven; the scan's own
 * memory across a crash. A directory counts when all its records are in the file and intact: what
 * follows the last such directory is cut off when the shard is opened again.
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
/** No real path: a directory cannot be named so. */
const HEADING = '/heading';

/** Where a record is, and what it says of its directory. */
export interface ShardPlace {
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
  /** Of all that counts, in the order of the file. */
  readonly places: ShardPlace[] = [];
  private readonly fd: number;
  private end = 0;
  private lastSync = Date.now();

  /**
   * Opens or begins the shard at `path`. One that was made for something else than `heading` (other
   * rules, another chunk) is begun anew. `onRecord` gets each record that counts.
   */
  constructor(path: string, heading: string, onRecord: (record: ScanRecord) => void) {
    this.path = path;
    this.fd = openSync(path, 'a+');
    const records: { record: ScanRecord; start: number; end: number }[] = [];
    let known = false;
    for (const read of this.read()) {
      if (!known && read.record.failure !== heading) break;
      if (known) records.push(read);
      known = true;
      if (read.record.continues) continue;
      this.end = read.end;
      for (const { record, start, end } of records.splice(0)) {
        this.places.push(placeOf(record, start, end));
        onRecord(record);
      }
    }
    ftruncateSync(this.fd, this.end);
    if (!known) this.begin(heading);
  }

  /** Appends records of whole directories. They are durable some seconds later. */
  append(records: Uint8Array<ArrayBuffer>): void {
    for (let done = 0; done < records.length;) {
      done += writeSync(this.fd, records, done, records.length - done);
    }
    for (const { record, start, end } of recordsIn(records))
      if (record.path !== HEADING)
        this.places.push(placeOf(record, this.end + start, this.end + end));
    this.end += records.length;
    if (Date.now() - this.lastSync < SYNC_INTERVAL_MS) return;
    this.lastSync = Date.now();
    this.sync();
  }

  sync(): void {
    fdatasyncSync(this.fd);
  }

  /** All records with their place, from the beginning; stops at the first that is not intact. */
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

  recordAt({ start, end }: ShardPlace): ScanRecord {
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

/** The payload of a record, when it has the length and the checksum that its head says. */
function intact(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const head = new DataView(bytes.buffer, 0, RECORD_HEAD);
  const payload = bytes.subarray(RECORD_HEAD);
  const isWhole = head.getUint32(0, true) === payload.length;
  return isWhole && crc32(payload) === head.getUint32(4, true) ? payload : undefined;
}

function placeOf(record: ScanRecord, start: number, end: number): ShardPlace {
  const { path, complete, continues, failure } = record;
  return { path, start, end, complete, continues, failure };
}
