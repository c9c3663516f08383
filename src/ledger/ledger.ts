/**
 * The account of what was done and decided: an append-only file of hash-chained lines (see
 * ledger-line.ts). Several processes append to one ledger, each line under a lock, durable before
 * `append` returns. Beside it, `ledger.head` holds the last line's number and hash, so that a ledger
 * whose end was cut off is recognised.
 *
 * Not guaranteed: who can write both files can forge both. An export keeps the head elsewhere.
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
  whatItSays,
} from './ledger-line.ts';
import { textLines } from '../state/text-lines.ts';

export interface LedgerHead {
  readonly seq: number;
  readonly hash: string;
}

export interface Ledger {
  /**
   * Appends what is not there yet, as it is, under its key; returns the head after it. Throws
   * LEDGER_BROKEN when the end of the ledger is not what was written last.
   */
  append(...events: readonly LedgerEvent[]): LedgerHead;
  /** All lines in order, up to a torn one at the end. Throws LEDGER_BROKEN at a line that is none. */
  lines(): Generator<LedgerLine, void, undefined>;
  /** Undefined when nothing was ever appended. */
  head(): LedgerHead | undefined;
}

const NOTHING: LedgerHead = { seq: 0, hash: FIRST_PREV };

/** `path` is MigrationStore.ledgerPath. Nothing is made before the first append. */
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

/** The last line of each key, in the order of those. */
export function foldLedger(lines: Iterable<LedgerLine>): Map<string, LedgerLine> {
  const last = new Map<string, LedgerLine>();
  for (const line of lines) {
    last.delete(line.key);
    last.set(line.key, line);
  }
  return last;
}

/** What this process has read of the file so far; other processes append behind it. */
class KnownPart {
  head = NOTHING;
  bytes = 0;
  readonly saysByKey = new Map<string, string>();

  add(line: LedgerLine, bytes: number): void {
    this.head = { seq: line.seq, hash: line.hash };
    this.bytes += bytes;
    this.saysByKey.set(line.key, whatItSays(line));
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
    // Also when nothing was new: a crash may have come between line and head.
    if (known.head.seq > 0 && readHead(path)?.seq !== known.head.seq) {
      writeJsonAtomic(headPath(path), known.head);
    }
    return known.head;
  } finally {
    closeSync(fd);
  }
}

/** Reads what others appended, checks that it continues the chain, and cuts a torn line off. */
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

/** The head may lag behind by what a crash interrupted; it never runs ahead. */
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
  const says = new Map<string, string>();
  const texts: string[] = [];
  let { seq, hash: prev } = known.head;
  for (const event of events) {
    const said = says.get(event.key) ?? known.saysByKey.get(event.key);
    if (said === whatItSays(event)) continue;
    const at = event.at ?? now().toISOString();
    const { text, hash } = encodeLine(event, { seq: ++seq, prev, at });
    says.set(event.key, whatItSays(event));
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
