/**
 * Where a command's words go: the result to stdout, progress and messages to stderr. The status
 * line is replaced in place on a terminal and is not printed anywhere else. With --json, stdout
 * carries one JSON record a line (`type` and `v` first) and so does stderr.
 */
import { paintFor, type Paint } from './paint.ts';

export interface Terminal {
  readonly json: boolean;
  /** A person is looking at stderr. */
  readonly interactive: boolean;
  readonly columns: number;
  /** Colours for stdout. */
  readonly paint: Paint;
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The result. */
  print(text: string): void;
  /** The result as bytes, which are passed on as they are. */
  raw(bytes: Uint8Array): void;
  /** The result as a record. */
  record(type: string, value: object): void;
  /** A message to the person. */
  say(text: string): void;
  /** The status line; undefined takes it away. */
  status(line: string | undefined): void;
}

export interface Stream {
  write(text: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly json: boolean;
  readonly noColor: boolean;
  readonly signal: AbortSignal;
}

const CLEAR_LINE = '\r\u001b[2K';

export function openTerminal({ stdout, stderr, json, noColor, signal }: TerminalOptions): Terminal {
  const interactive = stderr.isTTY === true && !json;
  const columns = stderr.columns || 80; // 0: a terminal that does not know its size
  let shown: string | undefined;

  const around = (write: () => void): void => {
    if (shown !== undefined) stderr.write(CLEAR_LINE);
    write();
    if (shown !== undefined) stderr.write(shown);
  };
  return {
    json,
    interactive,
    columns,
    signal,
    paint: paintFor(stdout.isTTY === true && !json && !noColor),
    print: (text) => around(() => stdout.write(`${text}\n`)),
    raw: (bytes) => around(() => stdout.write(bytes)),
    record: (type, value) => around(() => stdout.write(`${toRecord(type, value)}\n`)),
    say: (text) => around(() => stderr.write(`${json ? toRecord('message', { text }) : text}\n`)),
    status: (line) => {
      if (!interactive || line === shown) return;
      stderr.write(`${shown === undefined ? '' : CLEAR_LINE}${line ?? ''}`);
      shown = line;
    },
  };
}

/** One NDJSON line; `v` is raised when a field changes its meaning. */
export function toRecord(type: string, value: object): string {
  return JSON.stringify({ type, v: 1, ...value });
}
