/**
 * Programs from PyPI that the sandbox is checked against, in a virtual environment of longhaul's
 * cache: made once, by whoever comes first. Pinned.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/temporal/places.ts';

const run = promisify(execFile);
const PACKAGES = ['awscli==1.46.3', 'moto[server]==5.2.5'];
const NAME = 'python-awscli-1.46.3-moto-5.2.5';

/** The folder with `aws` and `moto_server`. Throws when Python or PyPI is not to be had. */
export async function pythonTools(): Promise<string> {
  const folder = join(cacheFolder(), NAME);
  const bin = join(folder, 'bin');
  if (existsSync(join(bin, 'moto_server')) && existsSync(join(folder, '.complete'))) return bin;
  // A virtual environment knows its own path, so it is made in place; the marker says it is whole.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cacheFolder(), { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(bin, 'pip'), ['install', '--quiet', ...PACKAGES], { timeout: 300_000 });
  mkdirSync(join(folder, '.part'));
  renameSync(join(folder, '.part'), join(folder, '.complete'));
  return bin;
}
