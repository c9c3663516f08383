/**
 * The names of a batch, all in native memory at once. The kernel gets their addresses; a name becomes a
 * string only for messages and exceptional outcomes. A thread handles one batch at a time.
 */
import { LonghaulError } from '../../../errors/failure.ts';
import { joinRaw, type RawPath } from '../../../paths.ts';
import { allocate } from './libc.ts';

const MAX_BYTES = 2 ** 20;
const SLASH = 0x2f;
const block = allocate(MAX_BYTES);

/** Joins the names of a batch into one string, which is cheaper to send to a thread than a list. */
export const joinNames = (names: readonly RawPath[]): string => names.join('/');

export class NameCursor {
  readonly directory: RawPath;
  /** Index of the current name; -1 before the first. */
  index = -1;
  /** Address of the current name, which is NUL-terminated. */
  address = 0;
  /** End of the current name in the joined names. */
  end = -1;
  private start = 0;
  private readonly joined: string;

  constructor(directory: RawPath, joined: string) {
    if (joined.length >= MAX_BYTES)
      throw new LonghaulError('BUG', `The names of a batch have ${joined.length} bytes`);
    this.directory = directory;
    this.joined = joined;
    block.bytes[block.bytes.write(joined, 'latin1')] = SLASH;
  }

  /** Moves to the next name; returns false after the last. */
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

  /** Returns the joined names up to the name that ends at `end`. */
  upTo(end: number): string {
    return this.joined.slice(0, end);
  }
}
