/** Runs a few lines against the build in dist/ in a process of their own: for what only several processes can show. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const dist = pathToFileURL(join(import.meta.dirname, '../../../dist')).href;

/** `#dist/` in the code is the build; resolves with what it printed, rejects when it fails. */
export async function runBuilt(code: string, args: readonly string[]): Promise<string> {
  const module = code.replaceAll('#dist/', `${dist}/`);
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    module,
    '--',
    ...args,
  ]);
  return stdout;
}
