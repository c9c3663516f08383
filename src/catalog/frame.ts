/** Frame of a catalog file, shared by its writer and its reader; writer.ts describes the format. */
import { crc32 } from 'node:zlib';
import { LonghaulError } from '../errors/failure.ts';

export const HEADER = Buffer.from('LHCATLG1', 'latin1');
/** Sizes before compression. A block holds at most BLOCK_BYTES, or one part of at most MAX_BLOCK_BYTES. */
export const BLOCK_BYTES = 256 * 1024;
export const MAX_BLOCK_BYTES = 1024 * 1024;
/** u32 deflated length, u32 plain length, u32 CRC of both and of the deflated bytes. */
const FRAME_BYTES = 12;
export const FOOTER_BYTES = 56;
const FOOTER_MAGIC = Buffer.from('LHCATEND', 'latin1');

export interface CatalogTotals {
  readonly directories: number;
  readonly entries: number;
  /** Total size of the regular files. */
  readonly bytes: number;
}

export interface Footer extends CatalogTotals {
  readonly indexOffset: number;
  readonly blocks: number;
}

/** A block: its first directory, and its offset in the file. */
export interface IndexEntry {
  readonly firstPath: string;
  readonly offset: number;
}

export function frameBlock(deflated: Buffer, plainBytes: number): Buffer {
  const head = Buffer.alloc(FRAME_BYTES);
  head.writeUInt32LE(deflated.length, 0);
  head.writeUInt32LE(plainBytes, 4);
  head.writeUInt32LE(crc32(deflated, crc32(head.subarray(0, 8))), 8);
  return head;
}

/** Checks a framed block and returns its deflated bytes and plain length. */
export function openFrame(block: Buffer, path: string): { deflated: Buffer; plainBytes: number } {
  if (block.length < FRAME_BYTES) throw damaged(path, 'a block is cut off');
  const deflated = block.subarray(FRAME_BYTES);
  if (deflated.length !== block.readUInt32LE(0)) throw damaged(path, 'a block has another length');
  if (crc32(deflated, crc32(block.subarray(0, 8))) !== block.readUInt32LE(8)) {
    throw damaged(path, 'a block fails its checksum');
  }
  return { deflated, plainBytes: block.readUInt32LE(4) };
}

export function encodeFooter(footer: Footer): Buffer {
  const bytes = Buffer.alloc(FOOTER_BYTES);
  const numbers = [
    footer.indexOffset,
    footer.blocks,
    footer.directories,
    footer.entries,
    footer.bytes,
  ];
  numbers.forEach((value, i) => bytes.writeBigUInt64LE(BigInt(value), i * 8));
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 40)), 40);
  // 4 bytes spare, always 0
  FOOTER_MAGIC.copy(bytes, 48);
  return bytes;
}

export function decodeFooter(bytes: Buffer, path: string): Footer {
  const intact =
    bytes.length === FOOTER_BYTES &&
    bytes.subarray(48).equals(FOOTER_MAGIC) &&
    bytes.readUInt32LE(44) === 0 &&
    crc32(bytes.subarray(0, 40)) === bytes.readUInt32LE(40);
  if (!intact) throw damaged(path, 'its end is missing or fails its checksum');
  const number = (i: number): number => Number(bytes.readBigUInt64LE(i * 8));
  return {
    indexOffset: number(0),
    blocks: number(1),
    directories: number(2),
    entries: number(3),
    bytes: number(4),
  };
}

export function damaged(path: string, what: string, cause?: unknown): LonghaulError {
  return new LonghaulError('CATALOG_DAMAGED', `${path} is damaged: ${what}`, { path, cause });
}
