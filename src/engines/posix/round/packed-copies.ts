/**
 * The outcomes of a batch of copies as they go into the journal. Nearly all of them are "copied", so
 * each is a record of fixed length, filled from struct statx without a string or an object on the way.
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
import { statxField as field, type Block } from '../native/libc.ts';

/** What the journal has of a batch of copies, beside the directory. */
export interface CopiesRow {
  readonly n: string;
  readonly r: string;
  readonly x?: readonly (readonly [index: number, outcome: PackedOutcome])[];
}

const WORDS = 26;
const DIGEST_AT = 60; // bytes
const DIGEST_CHARACTERS = 43;
/** Flags of a record; 0 = its outcome is in "x". */
const COPIED = 1;
const HAS_DIGEST = 2;
/** Its bytes were moved, not found in place. */
const MOVED = 4;

/** Of the batch that a thread is at. */
let words = new Uint32Array(256 * WORDS);
let bytes = Buffer.from(words.buffer);

export class CopyRows {
  count = 0;
  private readonly names: NameCursor;
  /** Where the last name ends of which the outcome is here. */
  private end = 0;
  private readonly others: (readonly [index: number, outcome: EntryOutcome])[] = [];
  private readonly linked: { readonly name: RawPath; readonly digest: Digest }[] = [];
  private copies = 0;
  private copiedBytes = 0;

  constructor(names: NameCursor) {
    this.names = names;
  }

  /** The current name is there. `source` is its struct statx; `bytes` were moved. No digest: ''. */
  copied(source: Block, digest: Digest, bytes: number): void {
    const at = this.begin();
    words[at] = COPIED | (digest === '' ? 0 : HAS_DIGEST) | (bytes > 0 ? MOVED : 0);
    putStat(at, source);
    if (digest !== '') {
      putDigest(at, digest);
      if (field.nlink(source) > 1) this.linked.push({ name: this.names.name, digest });
    }
    this.copies++;
    this.copiedBytes += bytes;
  }

  /** What else became of the current name. */
  add(outcome: EntryOutcome): void {
    this.others.push([this.count, outcome]);
    const at = this.begin();
    words[at] = 0;
  }

  private begin(): number {
    const at = this.count++ * WORDS;
    if (at + WORDS > words.length) grow();
    this.end = this.names.end;
    return at;
  }

  pack(): PackedBatch {
    const { count, others, linked } = this;
    const counts: Partial<Record<OutcomeKind, number>> =
      this.copies > 0 ? { copied: this.copies } : {};
    let moved = this.copiedBytes;
    for (const [, { outcome, bytes: size }] of others) {
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      moved += size;
    }
    const failed = others.map(([, outcome]) => outcome).filter(({ failure }) => failure);
    return { row: this.row(), count, counts, bytes: moved, failed, linked };
  }

  private row(): string {
    const names = JSON.stringify(this.names.upTo(this.end));
    const records = bytes.toString('base64', 0, this.count * WORDS * 4);
    const others = this.others.map(([index, outcome]) => [index, packOutcome(outcome)]);
    const rest = others.length === 0 ? '' : `,"x":${JSON.stringify(others)}`;
    return `"n":${names},"r":"${records}"${rest}`;
  }
}

function grow(): void {
  const larger = new Uint32Array(words.length * 2);
  larger.set(words);
  words = larger;
  bytes = Buffer.from(words.buffer);
}

/** From the words of a struct statx; see sys.ts. */
function putStat(at: number, { u32 }: Block): void {
  words[at + 1] = u32[7]! & 0xffff; // mode
  words[at + 2] = u32[4]!; // nlink
  words[at + 3] = u32[5]!; // uid
  words[at + 4] = u32[6]!; // gid
  words[at + 5] = u32[8]!; // inode
  words[at + 6] = u32[9]!;
  words[at + 7] = u32[10]!; // size
  words[at + 8] = u32[11]!;
  words[at + 9] = u32[28]!; // mtime
  words[at + 10] = u32[29]!;
  words[at + 11] = u32[30]!;
  words[at + 12] = u32[24]!; // ctime
  words[at + 13] = u32[25]!;
  words[at + 14] = u32[26]!;
}

function putDigest(at: number, digest: Digest): void {
  const start = at * 4 + DIGEST_AT;
  for (let i = 0; i < DIGEST_CHARACTERS; i++) bytes[start + i] = digest.charCodeAt(i);
}

/** Throws BUG when the records are not those of the names. */
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
  const bytes = flags & MOVED ? stat.sizeBytes : 0;
  if (!(flags & HAS_DIGEST)) return { name, outcome: 'copied', bytes, stat };
  const start = at + DIGEST_AT;
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
