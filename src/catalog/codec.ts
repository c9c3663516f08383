/**
 * One directory's entries as bytes. Each entry is written as what differs from the one before it in
 * the same part, so a part (a run of entries of one directory) can be read without any other:
 *
 *   flags       1 byte: status << 4 | digest? 1 | more than one link? 2 | other mode or owner? 4 | ctime differs from mtime? 8
 *   name        varint shared with the name before, varint length of the rest, the rest
 *   size        varint
 *   mtime       signed difference of the seconds from the entry before; u32 nanoseconds
 *   ctime       if flagged: signed difference of the seconds from mtime; u32 nanoseconds
 *   inode       signed difference from the entry before
 *   nlink       if flagged: varint
 *   mode, uid, gid  if flagged: three varints
 *   digest      if flagged: 32 bytes
 */
import { LonghaulError } from '../errors/failure.ts';
import type { RawPath } from '../paths.ts';
import type { Entry } from '../model/entry.ts';
import { ByteWriter, NameReader, type ByteReader } from './bytes.ts';

/** An entry whose status comes from another list than ENTRY_STATUSES, for example in a worklist. */
export type StatusEntry<S extends string> = Omit<Entry, 'status'> & { readonly status: S };

const DIGEST_BYTES = 32;
/** A part is closed when it has reached this; the largest entry fits on top. */
const PART_BYTES = 128 * 1024;
const LARGEST_ENTRY = 4096 + 128;
const HAS_DIGEST = 1;
const HAS_LINKS = 2;
const HAS_OWNER = 4;
const HAS_CTIME = 8;

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

/**
 * Everything of an entry but its status; what `append` reads. A caller may use one object again and again,
 * and a plain number for an inode that is one: a BigInt is an allocation.
 */
export type EntryFields = Omit<Entry, 'status' | 'inode'> & { readonly inode: bigint | number };

/** Encodes the entries of one part after the other, always in the same memory. */
export class PartEncoder {
  readonly out = new ByteWriter(PART_BYTES + 64 * 1024);
  count = 0;
  /** Bytes of the regular files in this part. */
  fileBytes = 0;
  private name = '';
  private mtimeSeconds = 0;
  private inode = 0;
  private mode = 0;
  private uid = 0;
  private gid = 0;

  begin(): void {
    this.out.at = 0;
    this.count = 0;
    this.fileBytes = 0;
    this.name = '';
    this.mtimeSeconds = this.inode = this.mode = this.uid = this.gid = 0;
  }

  get full(): boolean {
    return this.out.at >= PART_BYTES;
  }

  append(entry: EntryFields, status: number): void {
    const { out } = this;
    out.ensure(LARGEST_ENTRY + entry.name.length);
    const owner = entry.mode !== this.mode || entry.uid !== this.uid || entry.gid !== this.gid;
    const ctime =
      entry.ctimeSeconds !== entry.mtimeSeconds ||
      entry.ctimeNanoseconds !== entry.mtimeNanoseconds;
    out.byte(
      (status << 4) |
        (entry.digest ? HAS_DIGEST : 0) |
        (entry.nlink === 1 ? 0 : HAS_LINKS) |
        (owner ? HAS_OWNER : 0) |
        (ctime ? HAS_CTIME : 0),
    );
    out.frontCoded(entry.name, this.name);
    this.name = entry.name;
    out.varint(entry.sizeBytes);
    this.mtimeSeconds = out.signed(entry.mtimeSeconds, this.mtimeSeconds);
    out.u32(entry.mtimeNanoseconds);
    if (ctime) {
      out.signed(entry.ctimeSeconds, this.mtimeSeconds);
      out.u32(entry.ctimeNanoseconds);
    }
    this.inode = out.signed64(entry.inode, this.inode);
    if (entry.nlink !== 1) out.varint(entry.nlink);
    if (owner) this.putOwner(entry);
    if (entry.digest) this.putDigest(entry.digest);
    this.count++;
    if ((entry.mode & S_IFMT) === S_IFREG) this.fileBytes += entry.sizeBytes;
  }

  private putOwner({ mode, uid, gid }: EntryFields): void {
    this.out.varint((this.mode = mode));
    this.out.varint((this.uid = uid));
    this.out.varint((this.gid = gid));
  }

  private putDigest(digest: Uint8Array): void {
    if (digest.length !== DIGEST_BYTES) {
      throw new LonghaulError('BUG', `A digest has ${digest.length} bytes, expected 32`);
    }
    this.out.raw(digest);
  }
}

// Shared by all parts: the first name of a part has nothing in common with the one before.
const names = new NameReader();

/** Decodes one part: `count` entries from where `from` stands; they are appended to `entries`. */
// eslint-disable-next-line max-lines-per-function -- one pass over the bytes: a call per field costs more than the field
export function decodePart<S extends string>(
  from: ByteReader,
  count: number,
  statuses: readonly S[],
  entries: StatusEntry<S>[],
): void {
  let seconds = 0;
  let lastInode = 0;
  let mode = 0;
  let uid = 0;
  let gid = 0;
  for (let i = 0; i < count; i++) {
    const flags = from.byte();
    const name = names.read(from);
    const sizeBytes = from.varint();
    const mtimeSeconds = from.signed(seconds);
    seconds = from.previous;
    const mtimeNanoseconds = from.u32();
    const ctimeSeconds = flags & HAS_CTIME ? from.signed(seconds) : mtimeSeconds;
    const ctimeNanoseconds = flags & HAS_CTIME ? from.u32() : mtimeNanoseconds;
    const inode = from.signed64(lastInode);
    lastInode = from.previous;
    const nlink = flags & HAS_LINKS ? from.varint() : 1;
    if (flags & HAS_OWNER) {
      mode = from.varint();
      uid = from.varint();
      gid = from.varint();
    }
    const status = statuses[flags >> 4]!;
    const entry: { digest?: Uint8Array } & StatusEntry<S> = {
      name,
      mode,
      sizeBytes,
      mtimeSeconds,
      mtimeNanoseconds,
      ctimeSeconds,
      ctimeNanoseconds,
      inode,
      nlink,
      uid,
      gid,
      status,
    };
    if (flags & HAS_DIGEST) entry.digest = from.raw(DIGEST_BYTES);
    entries.push(entry);
  }
}

/** Entries in columns: no object per entry. */
export interface EntryColumns {
  readonly names: RawPath[];
  readonly modes: number[];
  readonly sizesBytes: number[];
}

export const noColumns = (): EntryColumns => ({ names: [], modes: [], sizesBytes: [] });

/** Like decodePart, for the fields of EntryColumns. */
export function decodeColumns(from: ByteReader, count: number, into: EntryColumns): void {
  const { names: allNames, modes, sizesBytes } = into;
  let mode = 0;
  for (let i = 0; i < count; i++) {
    const flags = from.byte();
    allNames.push(names.read(from));
    sizesBytes.push(from.varint());
    from.skipSigned(); // mtime
    from.at += 4;
    if (flags & HAS_CTIME) {
      from.skipSigned();
      from.at += 4;
    }
    from.skipSigned(); // inode
    if (flags & HAS_LINKS) from.varint();
    if (flags & HAS_OWNER) {
      mode = from.varint();
      from.varint();
      from.varint();
    }
    modes.push(mode);
    if (flags & HAS_DIGEST) from.at += DIGEST_BYTES;
  }
}
