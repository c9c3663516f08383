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
import { ByteWriter } from '../../ledger/catalog-bytes.ts';
import { appendRecord, readRecord, RECORD_HEAD, type ScanRecord } from './scan-record.ts';

const SYNC_INTERVAL_MS = 2_000;
/** No real path: a directory cannot be named so. */
const HEADING = '/heading';

export class ScanShard {
  readonly path: string;
  private readonly fd: number;
  private end = 0;
  private lastSync = Date.now();

  /**
   * Opens or begins the shard at `path`. One that was made for something else than `heading` (other
   * rules, another chunk) is begun anew. `onRecord` gets each record that counts, with where it is.
   */
  constructor(path: string, heading: string, onRecord: (record: ScanRecord) => void) {
    this.path = path;
    this.fd = openSync(path, 'a+');
    const records: ScanRecord[] = [];
    let known = false;
    for (const { record, end } of this.read()) {
      if (!known && record.failure !== heading) break;
      if (known) records.push(record);
      known = true;
      if (record.continues) continue;
      this.end = end;
      for (const proven of records.splice(0)) onRecord(proven);
    }
    ftruncateSync(this.fd, this.end);
    if (!known) this.begin(heading);
  }

  /** Appends records of whole directories. They are durable some seconds later. */
  append(records: Uint8Array): void {
    for (let done = 0; done < records.length;) {
      done += writeSync(this.fd, records, done, records.length - done);
    }
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

  /** The directories' records; the heading is left out. */
  *directories(): Generator<{ record: ScanRecord; start: number }, void, undefined> {
    for (const { record, start } of this.read())
      if (record.path !== HEADING) yield { record, start };
  }

  recordAt(start: number): ScanRecord {
    const payload = this.payloadAt(start, this.end);
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
    const payload = new Uint8Array(length);
    if (this.readAt(payload, start + RECORD_HEAD) < length) return undefined;
    return crc32(payload) === head.readUInt32LE(4) ? payload : undefined;
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
