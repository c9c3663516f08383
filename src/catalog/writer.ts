/**
 * Writes a catalog, a manifest or a worklist: directories in comparePaths order, and in each its
 * names in bytewise order. About 12 bytes per entry.
 *
 *   file    = "LHCATLG1" · block* · index · footer
 *   block   = frame · deflated(part*)          256 KiB plain, with a long path up to 1 MiB
 *   frame   = u32 deflated length · u32 plain length · u32 CRC
 *   part    = directory path (front-coded) · flags · varint entries · varint bytes · entries
 *   index   = frame · deflated(varint offset from the block before · first path)*
 *   footer  = u64 index offset · blocks · directories · entries · bytes · u32 CRC · "LHCATEND"
 *
 * flags: 1 = the directory was listed to its end, 2 = more parts of this directory follow. How
 * entries are coded: codec.ts. Numbers are little-endian.
 *
 * Nothing is at `path` before `finish()` has returned: it is a temporary name until then, and a
 * crash leaves that name for the next writer to overwrite.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { syncDirectory } from '../state/directory.ts';
import { LonghaulError } from '../errors/failure.ts';
import { comparePaths, printable, type RawPath } from '../paths.ts';
import { ByteWriter } from './bytes.ts';
import { PartEncoder, type StatusEntry } from './codec.ts';
import {
  BLOCK_BYTES,
  MAX_BLOCK_BYTES,
  encodeFooter,
  frameBlock,
  HEADER,
  type CatalogTotals,
  type IndexEntry,
} from './frame.ts';
import { ENTRY_STATUSES, type EntryStatus } from '../model/entry.ts';

/** The sum is 64 bits in the footer; a few files that are nothing but holes can say that they have more. */
const MAX_BYTES = 2 ** 63;
export const COMPLETE = 1;
export const CONTINUES = 2;

/** A run of entries of one directory, encoded by a PartEncoder. */
export interface EncodedPart {
  readonly path: RawPath;
  readonly complete: boolean;
  /** Whether another part of the same directory follows. */
  readonly continues: boolean;
  readonly count: number;
  readonly fileBytes: number;
  readonly body: Uint8Array;
}

export class CatalogWriter<S extends string = EntryStatus> {
  readonly path: string;
  private readonly fd: number;
  private readonly partialPath: string;
  private readonly level: 0 | 1;
  private readonly statusNumbers: ReadonlyMap<S, number>;
  private readonly block = new ByteWriter(BLOCK_BYTES);
  private readonly encoder = new PartEncoder();
  private readonly index: IndexEntry[] = [];
  private offset = 0;
  private firstPath: RawPath = '';
  private lastPath: RawPath | undefined;
  private lastContinues = false;
  private directories = 0;
  private entries = 0;
  private bytes = 0;

  /**
   * `statuses` only for files that are not catalogs: at most 16, in frozen order. `level` is deflate's:
   * 0 for what is soon read and removed, about 35 bytes per entry and no time.
   */
  constructor(
    path: string,
    statuses: readonly S[] = ENTRY_STATUSES as readonly string[] as readonly S[],
    level: 0 | 1 = 1,
  ) {
    this.level = level;
    this.path = path;
    this.statusNumbers = new Map(statuses.map((status, number) => [status, number]));
    this.partialPath = `${path}.partial`;
    this.fd = openSync(this.partialPath, 'w');
    this.put(HEADER);
  }

  /** Adds a whole directory. Throws BUG when it is out of order. */
  add(directory: {
    readonly path: RawPath;
    readonly complete: boolean;
    readonly entries: readonly StatusEntry<S>[];
  }): void {
    const { path, complete, entries } = directory;
    let last: RawPath | undefined;
    this.encoder.begin();
    for (const entry of entries) {
      if (last !== undefined && last >= entry.name) throw disorder(entry.name, last);
      last = entry.name;
      if (this.encoder.full) this.addEncoded(path, complete, true);
      this.encoder.append(entry, this.statusNumbers.get(entry.status)!);
    }
    this.addEncoded(path, complete, false);
  }

  /** Adds a part that was encoded elsewhere, unchanged. */
  addPart({ path, complete, continues, count, fileBytes, body }: EncodedPart): void {
    this.checkOrder(path);
    const needed = path.length + body.length + 32;
    if (needed > MAX_BLOCK_BYTES) {
      throw new LonghaulError('NAME_TOO_LONG', 'A path does not fit into a block of the catalog', {
        path: printable(path),
      });
    }
    if (this.block.at + needed > BLOCK_BYTES) this.flush();
    this.block.ensure(needed);
    if (this.block.at === 0) this.firstPath = path;
    this.block.frontCoded(path, this.block.at === 0 ? '' : (this.lastPath ?? ''));
    this.block.byte((complete ? COMPLETE : 0) | (continues ? CONTINUES : 0));
    this.block.varint(count);
    this.block.varint(body.length);
    this.block.raw(body);
    if (!this.lastContinues) this.directories++;
    this.entries += count;
    this.bytes = Math.min(this.bytes + fileBytes, MAX_BYTES);
    this.lastPath = path;
    this.lastContinues = continues;
  }

  /** Returns the totals of everything added so far. */
  totals(): CatalogTotals {
    const { directories, entries, bytes } = this;
    return { directories, entries, bytes };
  }

  /** Makes the file durable and publishes it under its name. */
  finish(): CatalogTotals {
    this.flush();
    const { directories, entries, bytes, index, offset: indexOffset } = this;
    const coded = new ByteWriter(64 * 1024);
    let before = 0;
    for (const { firstPath, offset } of index) {
      coded.ensure(firstPath.length + 32);
      coded.varint(offset - before);
      coded.frontCoded(firstPath, '');
      before = offset;
    }
    this.putFramed(coded.written());
    this.put(encodeFooter({ indexOffset, blocks: index.length, directories, entries, bytes }));
    fsyncSync(this.fd);
    closeSync(this.fd);
    renameSync(this.partialPath, this.path);
    syncDirectory(dirname(this.path));
    return this.totals();
  }

  /** Removes the temporary file; a file at `path` stays as it was. */
  discard(): void {
    closeSync(this.fd);
    rmSync(this.partialPath, { force: true });
  }

  private addEncoded(path: RawPath, complete: boolean, continues: boolean): void {
    const { count, fileBytes, out } = this.encoder;
    this.addPart({ path, complete, continues, count, fileBytes, body: out.written() });
    this.encoder.begin();
  }

  private checkOrder(path: RawPath): void {
    if (this.lastPath === undefined) return;
    const order = comparePaths(this.lastPath, path);
    if (this.lastContinues ? order !== 0 : order >= 0) throw disorder(path, this.lastPath);
  }

  private flush(): void {
    if (this.block.at === 0) return;
    this.index.push({ firstPath: this.firstPath, offset: this.offset });
    this.putFramed(this.block.written());
    this.block.at = 0;
  }

  private putFramed(plain: Uint8Array): void {
    // In one piece: Node would join many small ones, in memory that is new to the process.
    const deflated = deflateRawSync(plain, { level: this.level, chunkSize: plain.length + 1024 });
    this.put(frameBlock(deflated, plain.length));
    this.put(deflated);
  }

  private put(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.fd, bytes, done);
    this.offset += bytes.length;
  }
}

function disorder(path: RawPath, last: RawPath): LonghaulError {
  return new LonghaulError(
    'BUG',
    `Catalog out of order: ${printable(path)} after ${printable(last)}`,
  );
}
