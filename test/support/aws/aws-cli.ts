/** The AWS CLI, loaded once for many commands: to start it takes most of a second. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../processes/processes.ts';
import { pythonTools } from '../processes/python-programs.ts';

/** Puts a program `aws` into the folder; `stopAll()` ends the process behind it. */
export async function putAwsCli(folder: string): Promise<void> {
  const python = join(await pythonTools(), 'python');
  const caller = readFileSync(join(import.meta.dirname, 'aws-caller.py'), 'utf8');
  writeFileSync(join(folder, 'aws'), `#!${python} -IS\n${caller}`, { mode: 0o755 });
  const program = join(import.meta.dirname, 'aws-cli.py');
  await start(python, [program, join(folder, 'aws.socket')]).line(/^ready$/);
}
