/**
 * longhaul as its users get it: packed, and installed with its locked-down dependencies into a
 * project outside the checkout. The registry is asked only for what npm's own cache lacks; where that
 * cannot be reached, `packageMissing` says so: `(packageMissing ? test.skip : test)(…)`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDirectory } from '../trees/scratch.ts';

const checkout = join(import.meta.dirname, '../../..');
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ENOTCACHED/;

export interface Installed {
  /** Of the installed package. */
  readonly folder: string;
  /** What `npx longhaul` runs. */
  readonly bin: string;
  /** To be removed after the tests. */
  readonly room: string;
}

/** Undefined when the registry cannot be reached; throws when npm fails for any other reason. */
export function installPackage(): Installed | undefined {
  const room = scratchDirectory('package-');
  const app = join(room, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }');
  // The build is fresh: the set-up of the tests made it. `prepack` would make it again.
  npm(['pack', '--ignore-scripts', '--pack-destination', room], checkout);
  const tarball = readdirSync(room).find((name) => name.endsWith('.tgz')) ?? '';
  try {
    const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=0'];
    npm(['install', ...quick, join(room, tarball)], app);
  } catch (error) {
    if (UNREACHABLE.test((error as Error).message)) return undefined;
    throw error;
  }
  const modules = join(app, 'node_modules');
  return { folder: join(modules, 'longhaul'), bin: join(modules, '.bin/longhaul'), room };
}

function npm(args: readonly string[], cwd: string): void {
  execFileSync('npm', [...args, '--loglevel=error'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}
