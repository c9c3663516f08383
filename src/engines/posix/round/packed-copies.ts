/**
 * Encodes the outcomes of a batch of copies for the journal. Nearly all of them are "copied", so each
 * is a record of fixed length that is filled from struct statx without creating a string or an object.
 *
 *   row    = "n": names joined by '/' · "r": records, base64 · "x": [index, packed outcome] of the others
 *   record = 26 words of 32 bits, little-endian: flags · mode · nlink · uid · gid · inode (2) · size (2) ·
 *            mtime seconds (2), nanoseconds · ctime seconds (2), nanoseconds · digest (43 characters)
 */
import { LonghaulError } from '../../../errors/failure.ts';
import type { RawPath } from '../../../paths.ts';
import type { Digest } from './digest.ts';
import type { EntryOutcome, OutcomeKind } from './outcome.ts';
import type { FileStat } from '../native/file-stat.ts';
import type { NameCursor } from '../native/name-cursor.ts';
import {
  packOutcome,
  unpackOutcome,
  type PackedBatch,
  type PackedOutcome,
} from './packed-outcomes.ts';
import type { Block } from '../native/libc.ts';
import { statxField as field, WORD } from '../native/statx.ts';

/** Journal row of a batch of copies, without the directory. */
export interface CopiesRow {
  readonly n: string;
  readonly r: string;
  readonly x?: readonly (readonly [index: number, outcome: PackedOutcome])[];
}

const WORDS = 26;
const DIGEST_OFFSET = 60; // in bytes
const DIGEST_CHARACTERS = 43;
/** Flags of a record; 0 = its outcome is in "x". */
const COPIED = 1;
const HAS_DIGEST = 2;
/** The bytes were transferred, not found in place. */
const TRANSFERRED = 4;

/** Memory for the records of one batch. It grows, and is reused for the next batch. */
class RecordBuffer {
  words = new Uint32Array(256 * WORDS);
  private bytes = Buffer.from(this.words.buffer);

  ensure(words: number): void {
    if (words <= this.words.length) return;
    const larger = new Uint32Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
    this.bytes = Buffer.from(larger.buffer);
  }

  putStat(at: number, { u32 }: Block): void {
    const { words } = this;
    words[at + 1] = u32[WORD.mode]! & 0xffff;
    words[at + 2] = u32[WORD.nlink]!;
    words[at + 3] = u32[WORD.uid]!;
    words[at + 4] = u32[WORD.gid]!;
    words[at + 5] = u32[WORD.inode]!;
    words[at + 6] = u32[WORD.inode + 1]!;
    words[at + 7] = u32[WORD.size]!;
    words[at + 8] = u32[WORD.size + 1]!;
    words[at + 9] = u32[WORD.mtimeSeconds]!;
    words[at + 10] = u32[WORD.mtimeSeconds + 1]!;
    words[at + 11] = u32[WORD.mtimeNanoseconds]!;
    words[at + 12] = u32[WORD.ctimeSeconds]!;
    words[at + 13] = u32[WORD.ctimeSeconds + 1]!;
    words[at + 14] = u32[WORD.ctimeNanoseconds]!;
  }

  putDigest(at: number, digest: Digest): void {
    const { bytes } = this;
    const start = at * 4 + DIGEST_OFFSET;
    for (let i = 0; i < DIGEST_CHARACTERS; i++) bytes[start + i] = digest.charCodeAt(i);
  }

  toBase64(records: number): string {
    return this.bytes.toString('base64', 0, records * WORDS * 4);
  }
}

/** One per thread: a thread copies one batch at a time. */
const buffer = new RecordBuffer();

export class CopyRows {
  count = 0;
  private readonly names: NameCursor;
  /** End of the last name that has an outcome, among the joined names. */
  private end = 0;
  private readonly others: (readonly [index: number, outcome: EntryOutcome])[] = [];
  private readonly linked: { readonly name: RawPath; readonly digest: Digest }[] = [];
  private copies = 0;
  private copiedBytes = 0;

  constructor(names: NameCursor) {
    this.names = names;
  }

  /** Adds the current name as copied. `bytes` were transferred; without a digest it is ''. */
  copied(sourceStat: Block, digest: Digest, bytes: number): void {
    const at = this.begin();
    buffer.words[at] = COPIED | (digest === '' ? 0 : HAS_DIGEST) | (bytes > 0 ? TRANSFERRED : 0);
    buffer.putStat(at, sourceStat);
    if (digest !== '') {
      buffer.putDigest(at, digest);
      if (field.nlink(sourceStat) > 1) this.linked.push({ name: this.names.name, digest });
    }
    this.copies++;
    this.copiedBytes += bytes;
  }

  /** Adds any other outcome of the current name. */
  add(outcome: EntryOutcome): void {
    this.others.push([this.count, outcome]);
    buffer.words[this.begin()] = 0;
  }

  /** Returns the index of the first word of a new record. */
  private begin(): number {
    const at = this.count++ * WORDS;
    buffer.ensure(at + WORDS);
    this.end = this.names.end;
    return at;
  }

  pack(): PackedBatch {
    const { count, others, linked } = this;
    const counts: Partial<Record<OutcomeKind, number>> =
      this.copies > 0 ? { copied: this.copies } : {};
    let transferred = this.copiedBytes;
    for (const [, { outcome, bytes }] of others) {
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      transferred += bytes;
    }
    const failed = others.map(([, outcome]) => outcome).filter(({ failure }) => failure);
    return { row: this.row(), count, counts, bytes: transferred, failed, linked };
  }

  private row(): string {
    const names = JSON.stringify(this.names.upTo(this.end));
    const records = buffer.toBase64(this.count);
    const others = this.others.map(([index, outcome]) => [index, packOutcome(outcome)]);
    const rest = others.length === 0 ? '' : `,"x":${JSON.stringify(others)}`;
    return `"n":${names},"r":"${records}"${rest}`;
  }
}

/** Decodes a row. Throws BUG if the number of records is not the number of names. */
export function unpackCopies({ n, r, x = [] }: CopiesRow): EntryOutcome[] {
  const names = n.split('/');
  const records = Buffer.from(r, 'base64');
  if (records.length !== names.length * WORDS * 4)
    throw new LonghaulError('BUG', `${names.length} names have ${records.length} bytes of records`);
  const others = new Map(x.map(([index, packed]) => [index, unpackOutcome(packed)]));
  return names.map((name, i) => others.get(i) ?? unpackCopy(name, records, i * WORDS * 4));
}

function unpackCopy(name: RawPath, records: Buffer, at: number): EntryOutcome {
  const flags = records.readUInt32LE(at);
  const stat = unpackStat(records, at);
  const bytes = flags & TRANSFERRED ? stat.sizeBytes : 0;
  if (!(flags & HAS_DIGEST)) return { name, outcome: 'copied', bytes, stat };
  const start = at + DIGEST_OFFSET;
  const digest = records.toString('latin1', start, start + DIGEST_CHARACTERS);
  return { name, outcome: 'copied', bytes, stat, digest };
}

function unpackStat(records: Buffer, at: number): FileStat {
  const word = (number: number): number => records.readUInt32LE(at + number * 4);
  const long = (number: number): bigint => records.readBigInt64LE(at + number * 4);
  return {
    mode: word(1),
    nlink: word(2),
    uid: word(3),
    gid: word(4),
    inode: String(records.readBigUInt64LE(at + 20)),
    sizeBytes: Number(long(7)),
    mtimeSeconds: Number(long(9)),
    mtimeNanoseconds: word(11),
    ctimeSeconds: Number(long(12)),
    ctimeNanoseconds: word(14),
  };
}
