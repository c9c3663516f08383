/**
 * Streams a catalog, a manifest or a worklist: one block in memory at a time, one directory handed
 * out at a time. Whatever byte of the file is damaged, reading it throws CATALOG_DAMAGED rather than
 * giving other data; everything it yielded before is correct.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { type RawPath, comparePaths } from '../paths.ts';
import { ByteReader, NameReader } from './bytes.ts';
import {
  decodeColumns,
  decodePart,
  noColumns,
  type EntryColumns,
  type StatusEntry,
} from './codec.ts';
import {
  damaged,
  decodeFooter,
  FOOTER_BYTES,
  HEADER,
  openFrame,
  type CatalogTotals,
  type Footer,
  type IndexEntry,
} from './frame.ts';
import { ENTRY_STATUSES, type EntryStatus } from '../model/entry.ts';
import { COMPLETE, CONTINUES } from './writer.ts';

export interface StatusDirectory<S extends string> {
  readonly path: RawPath;
  readonly complete: boolean;
  readonly entries: readonly StatusEntry<S>[];
}

/** Where a part lies in its block. */
interface Part {
  path: RawPath;
  flags: number;
  count: number;
  end: number;
}

export class CatalogReader<S extends string = EntryStatus> {
  readonly path: string;
  private readonly statuses: readonly S[];
  private readonly fd: number;
  private readonly footer: Footer;
  private readonly index: readonly IndexEntry[];

  /** Throws ENOENT when there is none, CATALOG_DAMAGED when it is not whole. */
  constructor(
    path: string,
    statuses: readonly S[] = ENTRY_STATUSES as readonly string[] as readonly S[],
  ) {
    this.path = path;
    this.statuses = statuses;
    this.fd = openSync(path, 'r');
    try {
      this.footer = this.readFooter();
      this.index = this.readIndex();
    } catch (thrown) {
      closeSync(this.fd);
      throw thrown;
    }
  }

  get totals(): CatalogTotals {
    const { directories, entries, bytes } = this.footer;
    return { directories, entries, bytes };
  }

  close(): void {
    closeSync(this.fd);
  }

  /** All directories in order; with `from`, those that are not before it. */
  *directories(from: RawPath = ''): Generator<StatusDirectory<S>, void, undefined> {
    let entries: StatusEntry<S>[] = [];
    const decode = (reader: ByteReader, count: number): void =>
      decodePart(reader, count, this.statuses, entries);
    for (const { path, complete } of this.walk(from, decode)) {
      yield { path, complete, entries };
      entries = [];
    }
  }

  /** Yields all directories with only the fields that a copy needs: in a third of the time. */
  *columns(): Generator<{ readonly path: RawPath } & EntryColumns, void, undefined> {
    let columns = noColumns();
    const decode = (reader: ByteReader, count: number): void =>
      decodeColumns(reader, count, columns);
    for (const { path } of this.walk('', decode)) {
      yield { path, ...columns };
      columns = noColumns();
    }
  }

  /** Comes to each directory when all its parts have been decoded. */
  private *walk(
    from: RawPath,
    decode: (reader: ByteReader, count: number) => void,
  ): Generator<{ path: RawPath; complete: boolean }, void, undefined> {
    for (let block = this.blockOf(from); block < this.index.length; block++) {
      const reader = new ByteReader(this.readBlock(block));
      const names = new NameReader();
      while (reader.at < reader.bytes.length) {
        const { path, flags, count, end } = readPart(reader, names);
        if (from !== '' && comparePaths(path, from) < 0) {
          reader.at = end;
          continue;
        }
        decode(reader, count);
        if (reader.at !== end) throw damaged(this.path, 'a directory does not end where it should');
        if (!(flags & CONTINUES)) yield { path, complete: (flags & COMPLETE) !== 0 };
      }
    }
  }

  /** The paths of all directories in order, without a look at their entries. */
  *paths(): Generator<RawPath, void, undefined> {
    for (let block = 0; block < this.index.length; block++) {
      const reader = new ByteReader(this.readBlock(block));
      const names = new NameReader();
      while (reader.at < reader.bytes.length) {
        const part = readPart(reader, names);
        reader.at = part.end;
        if (!(part.flags & CONTINUES)) yield part.path;
      }
    }
  }

  /** One directory; undefined when it is not in there. */
  directory(path: RawPath): StatusDirectory<S> | undefined {
    for (const found of this.directories(path)) return found.path === path ? found : undefined;
    return undefined;
  }

  /** The last block that begins before `path`: its first part may be the rest of an earlier directory. */
  private blockOf(path: RawPath): number {
    let low = 0;
    let high = this.index.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePaths(this.index[middle]!.firstPath, path) < 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  private readBlock(number: number): Uint8Array<ArrayBuffer> {
    const { offset } = this.index[number]!;
    const end = this.index[number + 1]?.offset ?? this.footer.indexOffset;
    return this.inflate(this.readAt(offset, end - offset));
  }

  private readFooter(): Footer {
    const { size } = fstatSync(this.fd);
    if (size < HEADER.length + FOOTER_BYTES) throw damaged(this.path, 'it is cut off');
    if (!this.readAt(0, HEADER.length).equals(HEADER)) throw damaged(this.path, 'no catalog');
    const footer = decodeFooter(this.readAt(size - FOOTER_BYTES, FOOTER_BYTES), this.path);
    if (footer.indexOffset > size - FOOTER_BYTES) throw damaged(this.path, 'it is cut off');
    return footer;
  }

  private readIndex(): IndexEntry[] {
    const { indexOffset, blocks } = this.footer;
    const size = fstatSync(this.fd).size - FOOTER_BYTES - indexOffset;
    const reader = new ByteReader(this.inflate(this.readAt(indexOffset, size)));
    const names = new NameReader();
    const index: IndexEntry[] = [];
    for (let offset = 0; reader.at < reader.bytes.length;) {
      offset += reader.varint();
      index.push({ offset, firstPath: names.read(reader) });
    }
    if (index.length !== blocks) throw damaged(this.path, 'blocks are missing');
    return index;
  }

  private readAt(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.fd, bytes, done, length - done, offset + done);
      if (read === 0) throw damaged(this.path, 'it is cut off');
      done += read;
    }
    return bytes;
  }

  private inflate(block: Buffer): Uint8Array<ArrayBuffer> {
    const { deflated, plainBytes } = openFrame(block, this.path);
    let plain: Buffer<ArrayBuffer>;
    try {
      plain = inflateRawSync(deflated, {
        maxOutputLength: Math.max(1, plainBytes),
        chunkSize: plainBytes + 64, // in one piece
      });
    } catch (cause) {
      throw damaged(this.path, 'a block does not inflate', cause);
    }
    if (plain.length !== plainBytes) throw damaged(this.path, 'a block has another length');
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  }
}

function readPart(reader: ByteReader, names: NameReader): Part {
  const path = names.read(reader);
  const flags = reader.byte();
  const count = reader.varint();
  const length = reader.varint();
  return { path, flags, count, end: reader.at + length };
}
