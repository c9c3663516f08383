/** `longhaul demo` as a process: what it says, and what it must not leave behind. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { openTerminal } from '../../../src/terminal/terminal.ts';
import { openNarrator, type Narrator } from '../../../src/demo/narrator.ts';
import { start, until, type Started } from '../processes/processes.ts';

const bin = join(import.meta.dirname, '../../../bin/longhaul.js');

export interface Said {
  readonly type: string;
  readonly text: string;
}

export function demo(...args: string[]): Started {
  // A server that the newcomer has configured is none of the demo's business. Its folder is in memory.
  const env = {
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    TMPDIR: process.env['LONGHAUL_TEST_SCRATCH'],
  };
  return start(process.execPath, [bin, 'demo', '--json', ...args], { env });
}

export const said = (output: string): Said[] =>
  output.split('\n').map((line) => JSON.parse(line) as Said);

/** The text of the first sentence that matches, of those after `from`. */
export function told(story: readonly Said[], pattern: RegExp): number {
  const found = story.findIndex(({ text }) => pattern.test(text));
  if (found < 0) throw new Error(`The demo never said ${String(pattern)}`);
  return found;
}

/** All processes below a process, and what tells them from later ones of the same number. */
export function descendants(pid: number): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,lstart=,comm='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null);
  const below = (parent: number): string[] =>
    lines
      .filter(([, , ppid]) => Number(ppid) === parent)
      .flatMap(([, child = '', , what = '']) => [`${child} ${what}`, ...below(Number(child))]);
  return below(pid);
}

export async function expectNothingLeft(before: readonly string[], folders: readonly string[]) {
  const running = () =>
    new Set(
      execFileSync('ps', ['-eo', 'pid=,lstart=,comm='], { encoding: 'utf8' })
        .split('\n')
        .map((line) => line.trim().replace(/\s+/, ' ')),
    );
  await until('its processes are gone', () => {
    const now = running();
    return before.every((one) => !now.has(one));
  });
  await until('its folders are gone', () => folders.every((folder) => !existsSync(folder)));
  const mounts = readFileSync('/proc/mounts', 'utf8');
  expect(folders.filter((folder) => mounts.includes(folder))).toEqual([]);
}

/** Where a demo that was interrupted had its things. */
export async function foldersOf(running: Started): Promise<string[]> {
  const room = /(\/\S*longhaul-demo-\w+)/.exec(await running.line(/longhaul-demo-\w+/))?.[1] ?? '';
  const link = /(\/\S*longhaul-link-\w+)/.exec(running.output())?.[1];
  return [room, ...(link === undefined ? [] : [link])];
}

/** For the demo's judges, called without a demo. */
export function silentNarrator(): Narrator {
  const quiet = { write: () => undefined };
  const { signal } = new AbortController();
  return openNarrator(
    openTerminal({ stdout: quiet, stderr: quiet, json: false, noColor: true, signal }),
  );
}

/** Sets variables for the length of `work`, and puts them back. */
export async function withEnvironment(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  try {
    Object.assign(process.env, variables);
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
