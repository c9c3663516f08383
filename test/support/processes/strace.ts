/** The system calls of a program, in order, for what only their order shows: what is durable before what. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no program can be traced on this machine; undefined when it can. */
export const traceMissing =
  spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
    ? undefined
    : 'strace is missing or may not trace';

export interface Call {
  readonly name: string;
  /** As strace prints them, descriptors with their paths: `5</tmp/a>, "text", 4`. */
  readonly args: string;
  /** Line at which it began and at which it had returned: what ended before another began came first. */
  readonly began: number;
  readonly ended: number;
}

/** Runs `command` to its end; throws when that is not 0. Calls that failed are left out. */
export function callsOf(command: readonly string[], names: readonly string[]): readonly Call[] {
  const room = mkdtempSync(join(tmpdir(), 'longhaul-strace-'));
  try {
    const file = join(room, 'calls');
    const trace = ['-f', '--seccomp-bpf', '-e', `trace=${names.join(',')}`];
    const options = [...trace, '-y', '-s', '200', '-o', file];
    const { status, stderr } = spawnSync('strace', [...options, ...command], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}:\n${stderr}`);
    return parse(readFileSync(file, 'utf8').split('\n'));
  } finally {
    rmSync(room, { recursive: true });
  }
}

const WHOLE = /^(\d+) +(\w+)\((.*)\) += (-?\d+)/;
const BEGUN = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)/;

function parse(lines: readonly string[]): readonly Call[] {
  const open = new Map<string, { name: string; args: string; began: number }>();
  const calls: Call[] = [];
  const end = (call: Omit<Call, 'ended'>, ended: number, result: string): void => {
    if (!result.startsWith('-')) calls.push({ ...call, ended });
  };
  for (const [line, text] of lines.entries()) {
    const [, , name = '', args = '', result = ''] = WHOLE.exec(text) ?? [];
    if (name) end({ name, args, began: line }, line, result);
    const begun = BEGUN.exec(text);
    if (begun) open.set(begun[1]!, { name: begun[2]!, args: begun[3]!, began: line });
    const resumed = RESUMED.exec(text);
    const call = resumed && open.get(resumed[1]!);
    if (call) end({ ...call, args: call.args + resumed[3]! }, line, resumed[4]!);
  }
  return calls.sort((a, b) => a.began - b.began);
}
