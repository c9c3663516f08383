/**
 * The ledger records actions and decisions: an append-only file of hash-chained lines (ledger-line.ts).
 * Several processes append to one ledger, under a lock; lines are durable before `append` returns.
 * `ledger.head` beside it holds the number and hash of the last line, so that a truncated ledger is detected.
 *
 * Not guaranteed: a user who can write both files can forge both. An export keeps the head elsewhere.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { LonghaulError } from '../errors/failure.ts';
import { readJson, writeAll, writeJsonAtomic } from '../state/atomic-file.ts';
import { syncDirectory } from '../state/directory.ts';
import { withLock } from '../state/flock.ts';
import { hasFields, isNumber, isText } from '../state/shape.ts';
import {
  decodeLine,
  encodeLine,
  FIRST_PREV,
  hashOf,
  type LedgerEvent,
  type LedgerLine,
  contentOf,
} from './ledger-line.ts';
import { textLines } from '../state/text-lines.ts';

export interface LedgerHead {
  readonly seq: number;
  readonly hash: string;
}

export interface Ledger {
  /**
   * Appends events unless the last line of their key has the same content; returns the new head. Throws
   * LEDGER_BROKEN if the end of the ledger is not what was written last.
   */
  append(...events: readonly LedgerEvent[]): LedgerHead;
  /** Yields all lines in order, except a torn one at the end. Throws LEDGER_BROKEN for an invalid line. */
  lines(): Generator<LedgerLine, void, undefined>;
  /** Undefined if nothing was ever appended. */
  head(): LedgerHead | undefined;
}

const NOTHING: LedgerHead = { seq: 0, hash: FIRST_PREV };

/** `path` is MigrationStore.ledgerPath. The first append creates the file. */
export function openLedger(path: string, now: () => Date = () => new Date()): Ledger {
  const known = new KnownPart();
  return {
    append: (...events) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      return withLock(`${path}.lock`, () => appendLocked({ path, known, events, now }));
    },
    lines: () => readLedger(path),
    head: () => readHead(path),
  };
}

export function headPath(path: string): string {
  return path.replace(/\.jsonl$/, '.head');
}

const isHead = hasFields<LedgerHead>({ seq: isNumber, hash: isText });

export function readHead(path: string): LedgerHead | undefined {
  return readJson(headPath(path), isHead);
}

export function* readLedger(path: string): Generator<LedgerLine, void, undefined> {
  for (const { text, number, torn } of textLines(path)) {
    if (torn) return;
    const line = decodeLine(text);
    if (line === undefined) throw broken(path, `line ${number} is no line of a ledger`);
    yield line;
  }
}

/** Returns the last line of each key, in the order of these lines. */
export function foldLedger(lines: Iterable<LedgerLine>): Map<string, LedgerLine> {
  const last = new Map<string, LedgerLine>();
  for (const line of lines) {
    last.delete(line.key);
    last.set(line.key, line);
  }
  return last;
}

/** The part of the file that this process has read; other processes append after it. */
class KnownPart {
  head = NOTHING;
  bytes = 0;
  readonly contentByKey = new Map<string, string>();

  add(line: LedgerLine, bytes: number): void {
    this.head = { seq: line.seq, hash: line.hash };
    this.bytes += bytes;
    this.contentByKey.set(line.key, contentOf(line));
  }
}

interface Append {
  readonly path: string;
  readonly known: KnownPart;
  readonly events: readonly LedgerEvent[];
  readonly now: () => Date;
}

function appendLocked({ path, known, events, now }: Append): LedgerHead {
  const fd = openSync(path, 'a+', 0o600);
  try {
    catchUp(fd, path, known);
    checkHead(path, known.head);
    const { bytes, lines } = encode(events, known, now);
    if (lines.length > 0) {
      writeDurably(fd, bytes, known.bytes);
      if (known.bytes === 0) syncDirectory(dirname(path));
      for (const { line, length } of lines) known.add(line, length);
    }
    // Also if nothing was new: a crash may have come between line and head.
    if (known.head.seq > 0 && readHead(path)?.seq !== known.head.seq) {
      writeJsonAtomic(headPath(path), known.head);
    }
    return known.head;
  } finally {
    closeSync(fd);
  }
}

/** Reads lines of other processes, checks that they continue the chain, and cuts off a torn line. */
function catchUp(fd: number, path: string, known: KnownPart): void {
  const { size } = fstatSync(fd);
  if (size < known.bytes) throw broken(path, 'it is shorter than it was');
  const rest = Buffer.alloc(size - known.bytes);
  for (let done = 0; done < rest.length;) {
    const read = readSync(fd, rest, done, rest.length - done, known.bytes + done);
    if (read === 0) throw broken(path, 'it became shorter while it was read');
    done += read;
  }
  let start = 0;
  for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
    const line = decodeLine(rest.toString('utf8', start, end));
    if (
      line?.prev !== known.head.hash ||
      line.seq !== known.head.seq + 1 ||
      line.hash !== hashOf(line)
    ) {
      throw broken(path, `line ${known.head.seq + 1} does not follow the one before it`);
    }
    known.add(line, end + 1 - start);
    start = end + 1;
  }
  if (start < rest.length) ftruncateSync(fd, known.bytes);
}

/** The head may lag behind after a crash; it is never ahead of the ledger. */
function checkHead(path: string, last: LedgerHead): void {
  const head = readHead(path);
  if (head === undefined || head.seq < last.seq) return;
  if (head.seq === last.seq && head.hash === last.hash) return;
  throw broken(path, `it ends at line ${last.seq}; line ${head.seq} was its last`);
}

function encode(
  events: readonly LedgerEvent[],
  known: KnownPart,
  now: () => Date,
): { bytes: Buffer; lines: { line: LedgerLine; length: number }[] } {
  const lines: { line: LedgerLine; length: number }[] = [];
  const contents = new Map<string, string>();
  const texts: string[] = [];
  let { seq, hash: prev } = known.head;
  for (const event of events) {
    const written = contents.get(event.key) ?? known.contentByKey.get(event.key);
    if (written === contentOf(event)) continue;
    const at = event.at ?? now().toISOString();
    const { text, hash } = encodeLine(event, { seq: ++seq, prev, at });
    contents.set(event.key, contentOf(event));
    texts.push(`${text}\n`);
    lines.push({ line: JSON.parse(text) as LedgerLine, length: Buffer.byteLength(text) + 1 });
    prev = hash;
  }
  return { bytes: Buffer.from(texts.join('')), lines };
}

function writeDurably(fd: number, bytes: Buffer, end: number): void {
  try {
    writeAll(fd, bytes);
    fdatasyncSync(fd);
  } catch (thrown) {
    ftruncateSync(fd, end);
    throw thrown;
  }
}

function broken(path: string, what: string): LonghaulError {
  return new LonghaulError('LEDGER_BROKEN', `The ledger ${path} is broken: ${what}`, { path });
}
