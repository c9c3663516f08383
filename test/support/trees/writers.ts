/** Processes that keep changing a source, and the freeze hook that ends them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../processes/processes.ts';

const WRITER = join(import.meta.dirname, 'writer.mjs');
/** Never the same for as long as a copy of it takes. */
const RESTLESS = `const { appendFileSync } = await import('node:fs');
  for (;;) { appendFileSync(process.argv[1], 'more'); await new Promise((go) => setTimeout(go, 1)); }`;
/** Ends the processes named in the file $0, and waits until they have ended. */
const FREEZE = `for pid in $(cat "$0"); do
    kill -TERM "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  done`;

/** To be ended by `stopAll` when no hook does. */
export interface Writers {
  /** Changes a tree: everything that can happen to files and directories, so many times a second. */
  readonly inTree: (directory: string, perSecond: number) => void;
  /** Appends to one file all the time. */
  readonly toFile: (path: string) => void;
}

/** `list` is the file that `freezeHook` reads. */
export function writers(list: string): Writers {
  const pids: (number | undefined)[] = [];
  const begin = (...args: readonly string[]): void => {
    pids.push(start(process.execPath, [...args]).pid);
    writeFileSync(list, pids.join(' '));
  };
  return {
    inTree: (directory, perSecond) => begin(WRITER, directory, '7', String(perSecond)),
    toFile: (path) => begin('--input-type=module', '-e', RESTLESS, path),
  };
}

export const freezeHook = (list: string) => ({ command: ['sh', '-c', FREEZE, list] });
