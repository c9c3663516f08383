/**
 * Checks a ledger: every line, the chain, the head, and that the sums close. Returns which lines are wrong
 * and why; does not throw for problems that it finds.
 */
import { addSums, closeSum, type SumAnswer } from '../model/sum.ts';
import { foldLedger, readHead, type LedgerHead } from './ledger.ts';
import { decodeLine, FIRST_PREV, hashOf, type LedgerLine } from './ledger-line.ts';
import { textLines } from '../state/text-lines.ts';

export interface LedgerProblem {
  /** From 1; the number after the last line if lines are missing at the end. */
  readonly line: number;
  readonly what: string;
}

/** A chunk that is blocked or has open entries. */
export interface OpenChunkReason {
  readonly chunk: string;
  readonly because: string;
}

export interface LedgerCheck {
  /** True if the chain is intact and every sum closes. Open entries are no fault of the ledger. */
  readonly ok: boolean;
  readonly lines: number;
  /** The head as computed from the lines; keep it elsewhere. */
  readonly head: LedgerHead | undefined;
  /** The first 20. */
  readonly problems: readonly LedgerProblem[];
  /** Sums over the last closing of every chunk. */
  readonly totals: Readonly<Record<string, number>>;
  readonly sum: SumAnswer;
  readonly open: readonly OpenChunkReason[];
}

const MAX_PROBLEMS = 20;

/** `expected` is a head that was kept elsewhere, such as in an export; the ledger must contain it. */
export function verifyLedger(path: string, expected?: LedgerHead): LedgerCheck {
  // The head is read first: lines appended meanwhile must not look like missing lines.
  const problems: LedgerProblem[] = [];
  const head = headOf(path, problems);
  const { lines, last } = checkChain(path, problems);
  for (const [name, kept] of [
    ['ledger.head', head],
    ['the head given', expected],
  ] as const) {
    const problem = kept === undefined ? undefined : missing(kept, lines, name);
    if (problem !== undefined) problems.push(problem);
  }
  if (lines.length > 0 && head === undefined) {
    problems.push({ line: lines.length + 1, what: 'ledger.head is missing' });
  }
  const closings = lastClosings(lines);
  for (const line of closings.values()) {
    const answer = closeSum({ ...line.sum });
    if (!answer.closes) {
      problems.push({
        line: line.seq,
        what: `the sum of chunk ${line.chunk} does not close: ${answer.because}`,
      });
    }
  }
  const totals = addSums([...closings.values()].map(({ sum }) => ({ ...sum })));
  return {
    ok: problems.length === 0,
    lines: lines.length,
    head: last,
    problems: problems.slice(0, MAX_PROBLEMS),
    totals,
    sum: closeSum(totals),
    open: openChunks(lines, closings),
  };
}

interface Chain {
  readonly lines: readonly LedgerLine[];
  readonly last: LedgerHead | undefined;
}

function checkChain(path: string, problems: LedgerProblem[]): Chain {
  const lines: LedgerLine[] = [];
  let before: LedgerHead = { seq: 0, hash: FIRST_PREV };
  for (const { text, number, torn } of textLines(path)) {
    // A torn line was never acknowledged; the next append removes it.
    if (torn) break;
    const line = decodeLine(text);
    if (line === undefined) {
      problems.push({ line: number, what: 'it is no line of a ledger' });
      continue;
    }
    const what = whatIsWrong(line, before);
    if (what !== undefined) problems.push({ line: number, what });
    lines.push(line);
    before = { seq: line.seq, hash: line.hash };
  }
  return { lines, last: lines.length === 0 ? undefined : before };
}

function whatIsWrong(line: LedgerLine, before: LedgerHead): string | undefined {
  if (hashOf(line) !== line.hash) return 'its content was changed: the hash is of another one';
  if (line.seq !== before.seq + 1)
    return `it is number ${line.seq} and follows number ${before.seq}`;
  if (line.prev !== before.hash) return 'it does not continue the line before it';
  return undefined;
}

function headOf(path: string, problems: LedgerProblem[]): LedgerHead | undefined {
  try {
    return readHead(path);
  } catch {
    problems.push({ line: 0, what: 'ledger.head cannot be read' });
    return undefined;
  }
}

/** The head may lag behind after a crash, but the line that it names must exist. */
function missing(
  head: LedgerHead,
  lines: readonly LedgerLine[],
  name: string,
): LedgerProblem | undefined {
  const line = lines[head.seq - 1];
  if (line === undefined) {
    const what = `lines are missing at the end: ${name} says there were ${head.seq}`;
    return { line: lines.length + 1, what };
  }
  return line.hash === head.hash
    ? undefined
    : { line: head.seq, what: `it is not the line that ${name} names` };
}

type Closing = LedgerLine & { readonly kind: 'chunk closed' };

/** Returns the last closing of each chunk, sorted by chunk id. */
export function lastClosings(lines: Iterable<LedgerLine>): Map<string, Closing> {
  const closings = new Map<string, Closing>();
  for (const line of foldLedger(lines).values()) {
    if (line.kind !== 'chunk closed') continue;
    const earlier = closings.get(line.chunk);
    if (earlier === undefined || earlier.round <= line.round) closings.set(line.chunk, line);
  }
  return new Map([...closings].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function openChunks(
  lines: readonly LedgerLine[],
  closings: ReadonlyMap<string, Closing>,
): readonly OpenChunkReason[] {
  const open = new Map<string, string>();
  for (const [chunk, { sum }] of closings) {
    const answer = closeSum({ ...sum });
    if (!answer.clean) open.set(chunk, answer.because);
  }
  for (const [chunk, because] of blockedChunks(lines)) open.set(chunk, because);
  return [...open]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([chunk, because]) => ({ chunk, because }));
}

/** Returns chunks that were blocked and neither unblocked nor closed since. */
function blockedChunks(lines: readonly LedgerLine[]): ReadonlyMap<string, string> {
  const blocked = new Map<string, string>();
  for (const line of lines) {
    if (line.kind === 'chunk blocked') {
      blocked.set(line.chunk, `blocked in ${line.step}: ${line.because ?? ''} [${line.code}]`);
    } else if (line.kind === 'chunk unblocked' || line.kind === 'chunk closed') {
      blocked.delete(line.chunk);
    }
  }
  return blocked;
}
