/** Streams the lines of a file in constant memory. */
import { closeSync, openSync, readSync } from 'node:fs';

const READ_BYTES = 256 * 1024;
const LINE_END = 10;

export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** True for a last line without a line end: its writer died. */
  readonly torn: boolean;
}

/** Yields no lines when there is no file. */
export function* textLines(path: string): Generator<TextLine, void, undefined> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw thrown;
  }
  try {
    let number = 0;
    let rest: Buffer = Buffer.alloc(0);
    const chunk = Buffer.alloc(READ_BYTES);
    for (;;) {
      const read = readSync(fd, chunk, 0, READ_BYTES, null);
      if (read === 0) break;
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
        yield { text: bytes.toString('utf8', start, end), number: ++number, torn: false };
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), number: number + 1, torn: true };
  } finally {
    closeSync(fd);
  }
}
