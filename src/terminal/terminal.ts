/**
 * The output of a command: results go to stdout, progress and messages to stderr. On a terminal, the
 * status line is replaced in place; elsewhere it is not printed. With --json, both streams carry one
 * JSON record per line, each beginning with `type` and `v`.
 */
import { paintFor, type Paint } from './paint.ts';

export interface Terminal {
  readonly json: boolean;
  /** True when stderr is a terminal and --json is not given. */
  readonly interactive: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Colours for stdout. */
  readonly paint: Paint;
  /** Aborts at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Writes a line of the result to stdout. */
  print(text: string): void;
  /** Writes bytes of the result to stdout, unchanged. */
  raw(bytes: Uint8Array): void;
  /** Writes a JSON record of the result to stdout. */
  record(type: string, value: object): void;
  /** Writes a message to stderr. */
  say(text: string): void;
  /** Replaces the status line; undefined removes it. */
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
  const columns = stderr.columns || 80; // some terminals report 0
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

/** Formats one NDJSON line. `v` is raised when the meaning of a field changes. */
export function toRecord(type: string, value: object): string {
  return JSON.stringify({ type, v: 1, ...value });
}
