/**
 * Numbers and names as bytes: varints, signed differences, byte strings. A writer grows as needed; a
 * reader trusts its bytes, because a checksum was compared before it got them.
 */

/** Beyond this a difference of two numbers may not be exact, so the number is written whole. */
const EXACT = 2 ** 50;
/** No difference is written as 1 ("minus zero"): it announces a number written whole. */
const WHOLE = 1;

export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  at = 0;
  private view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `more` bytes; call it once before a group of writes. */
  ensure(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.at);
  }

  byte(value: number): void {
    this.bytes[this.at++] = value;
  }

  /** A whole number from 0 up; any that a double holds exactly. */
  varint(value: number): void {
    const { bytes } = this;
    let { at } = this;
    while (value > 0x7fffffff) {
      bytes[at++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    while (value > 127) {
      bytes[at++] = (value & 127) | 128;
      value >>>= 7;
    }
    bytes[at++] = value;
    this.at = at;
  }

  u32(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  /** Writes `value` as its difference from `previous`; returns the `previous` of the next call. */
  signed(value: number, previous: number): number {
    if (Math.abs(value) <= EXACT) {
      const difference = value - previous;
      this.varint(difference < 0 ? -2 * difference + 1 : 2 * difference);
      return value;
    }
    this.varint(WHOLE);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
    return previous;
  }

  /** Like `signed`, for an unsigned number of 64 bits. */
  signed64(value: bigint | number, previous: number): number {
    const near = Number(value);
    if (near <= EXACT) return this.signed(near, previous);
    this.varint(WHOLE);
    this.view.setBigUint64(this.at, BigInt(value), true);
    this.at += 8;
    return previous;
  }

  /** A raw string, shortened by what it has in common with the beginning of `previous`. */
  frontCoded(text: string, previous: string): void {
    const limit = Math.min(text.length, previous.length);
    let keep = 0;
    while (keep < limit && text.charCodeAt(keep) === previous.charCodeAt(keep)) keep++;
    this.varint(keep);
    this.varint(text.length - keep);
    const { bytes } = this;
    let { at } = this;
    for (let i = keep; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.at = at;
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
}

export class ByteReader {
  at = 0;
  /** After `signed` or `signed64`: the `previous` of the next call. */
  previous = 0;
  private readonly view: DataView;
  private readonly buffer: Buffer;
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++]!;
    if (byte < 128) return byte;
    let value = byte & 127;
    let unit = 128;
    do {
      byte = bytes[this.at++]!;
      value += (byte & 127) * unit;
      unit *= 128;
    } while (byte > 127);
    return value;
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  signed(previous: number): number {
    const code = this.varint();
    if (code === WHOLE) {
      this.previous = previous;
      this.at += 8;
      return this.view.getFloat64(this.at - 8, true);
    }
    // Not a shift: the code can have more than 32 bits.
    this.previous = previous + (code % 2 === 0 ? code / 2 : -(code - 1) / 2);
    return this.previous;
  }

  signed64(previous: number): bigint {
    if (this.bytes[this.at] === WHOLE) {
      this.previous = previous;
      this.at += 9;
      return this.view.getBigUint64(this.at - 8, true);
    }
    return BigInt(this.signed(previous));
  }

  /** Over what `signed` or `signed64` would read. */
  skipSigned(): void {
    const { bytes } = this;
    let { at } = this;
    if (bytes[at] === WHOLE) at += 9;
    else while (bytes[at++]! > 127);
    this.at = at;
  }

  text(length: number): string {
    this.at += length;
    return this.buffer.toString('latin1', this.at - length, this.at);
  }

  /** A copy: it outlives the block it was read from without holding it. */
  raw(length: number): Uint8Array<ArrayBuffer> {
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }
}

/** Reads names that were front-coded one after the other. */
export class NameReader {
  private bytes = Buffer.alloc(1024);

  read(from: ByteReader): string {
    const keep = from.varint();
    const length = from.varint();
    if (keep + length > this.bytes.length) this.grow(keep + length);
    const { bytes } = this;
    const source = from.bytes;
    let { at } = from;
    for (let i = keep; i < keep + length; i++) bytes[i] = source[at++]!;
    from.at = at;
    return bytes.toString('latin1', 0, keep + length);
  }

  private grow(size: number): void {
    const larger = Buffer.alloc(size * 2);
    this.bytes.copy(larger);
    this.bytes = larger;
  }
}
