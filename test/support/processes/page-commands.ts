/** The commands of a page, run as its reader would run them. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');

/** Fenced blocks of a language, in the order of the page. */
export function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, block]) => block ?? '',
  );
}

/** A folder with a `longhaul` that is the build of these sources. */
export function binFolder(within: string): string {
  const folder = join(within, 'bin');
  mkdirSync(folder, { recursive: true });
  const bin = join(root, 'bin/longhaul.js');
  writeFileSync(join(folder, 'longhaul'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`);
  chmodSync(join(folder, 'longhaul'), 0o755);
  return folder;
}

export interface Reader {
  readonly cwd: string;
  readonly path: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One shell for all of it; what it left running in the background is ended. Rejects at the first command that fails. */
export async function runScript(
  script: string,
  { cwd, path, env = {} }: Reader,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const ending = "trap 'status=$?; kill $(jobs -p) 2>/dev/null; wait; exit $status' EXIT";
  return promisify(execFile)('bash', ['-euo', 'pipefail', '-c', `${ending}\n${script}`], {
    cwd,
    env: {
      PATH: [...path, process.env['PATH'] ?? ''].join(':'),
      HOME: cwd,
      AWS_PAGER: '',
      ...env,
    },
    timeout: 280_000,
    maxBuffer: 16 * 2 ** 20,
  });
}
