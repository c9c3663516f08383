/**
 * Encodes a scanned directory for the shard, before it is sorted into the manifest: one or more records,
 * each with its own checksum.
 *
 *   record  = u32 payload length · u32 CRC · payload
 *   payload = flags (1 complete, 2 more parts follow) · varint path length · path · varint code length
 *             · code (why it is not complete) · varint entries · varint file bytes · entries
 */
import { crc32 } from 'node:zlib';
import { ByteReader, type ByteWriter } from '../../../catalog/bytes.ts';
import type { EncodedPart } from '../../../catalog/writer.ts';
import type { RawPath } from '../../../paths.ts';

export const RECORD_HEAD = 8;

export interface ScanRecord extends EncodedPart {
  readonly body: Uint8Array<ArrayBuffer>;
  /** A Code of errors/codes.ts; '' if the directory is complete. */
  readonly failure: string;
}

export function appendRecord(out: ByteWriter, record: EncodedPart & { failure: string }): void {
  const { path, failure, body } = record;
  out.ensure(RECORD_HEAD + path.length + failure.length + body.length + 64);
  const start = out.at;
  out.at += RECORD_HEAD;
  out.byte((record.complete ? 1 : 0) | (record.continues ? 2 : 0));
  putText(out, path);
  putText(out, failure);
  out.varint(record.count);
  out.varint(record.fileBytes);
  out.raw(body);
  const end = out.at;
  const payload = out.bytes.subarray(start + RECORD_HEAD, end);
  out.at = start;
  out.u32(payload.length);
  out.u32(crc32(payload));
  out.at = end;
}

/** Decodes a payload. The caller has compared the checksum. */
export function readRecord(payload: Uint8Array<ArrayBuffer>): ScanRecord {
  const reader = new ByteReader(payload);
  const flags = reader.byte();
  const path: RawPath = reader.text(reader.varint());
  const failure = reader.text(reader.varint());
  const count = reader.varint();
  const fileBytes = reader.varint();
  return {
    path,
    failure,
    complete: (flags & 1) !== 0,
    continues: (flags & 2) !== 0,
    count,
    fileBytes,
    body: payload.subarray(reader.at),
  };
}

/** Decodes records that a thread has just encoded, with their positions in the bytes. */
export function* recordsIn(
  bytes: Uint8Array<ArrayBuffer>,
): Generator<{ record: ScanRecord; start: number; end: number }, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start < bytes.length;) {
    const end = start + RECORD_HEAD + view.getUint32(start, true);
    yield { record: readRecord(bytes.subarray(start + RECORD_HEAD, end)), start, end };
    start = end;
  }
}

function putText(out: ByteWriter, text: string): void {
  out.varint(text.length);
  for (let i = 0; i < text.length; i++) out.byte(text.charCodeAt(i));
}
