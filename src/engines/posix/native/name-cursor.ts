/**
 * The names of a batch, all in native memory at once: the kernel gets their addresses, and a name
 * becomes a string only when somebody must be told. One batch a thread at a time.
 */
import { LonghaulError } from '../../../errors/failure.ts';
import { joinRaw, type RawPath } from '../../../paths.ts';
import { allocate } from './libc.ts';

const MOST_BYTES = 2 ** 20;
const SLASH = 0x2f;
const block = allocate(MOST_BYTES);

/** As many names as a batch has, as one string: it crosses threads at the cost of one. */
export const joinNames = (names: readonly RawPath[]): string => names.join('/');

export class NameCursor {
  readonly directory: RawPath;
  /** Which name is the current one; -1 before the first. */
  index = -1;
  /** Of the current name's bytes, with a NUL. */
  address = 0;
  /** Where it ends among the joined names. */
  end = -1;
  private start = 0;
  private readonly joined: string;

  constructor(directory: RawPath, joined: string) {
    if (joined.length >= MOST_BYTES)
      throw new LonghaulError('BUG', `The names of a batch have ${joined.length} bytes`);
    this.directory = directory;
    this.joined = joined;
    block.bytes[block.bytes.write(joined, 'latin1')] = SLASH;
  }

  /** Goes on to the next name; false after the last. */
  next(): boolean {
    const { bytes } = block;
    const start = this.end + 1;
    if (start >= this.joined.length) return false;
    let end = start;
    while (bytes[end] !== SLASH) end++;
    bytes[end] = 0;
    this.index++;
    this.start = start;
    this.end = end;
    this.address = block.address + start;
    return true;
  }

  get name(): RawPath {
    return this.joined.slice(this.start, this.end);
  }

  get path(): RawPath {
    return joinRaw(this.directory, this.name);
  }

  /** The names up to the one that ends there, joined. */
  upTo(end: number): string {
    return this.joined.slice(0, end);
  }
}
