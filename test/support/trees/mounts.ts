/** Real mounts for tests: each is gone with this process, however that ends. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Mount {
  readonly path: string;
  readonly mount: () => void;
  /** Lazily, as when a server is away: whoever has it open keeps it. */
  readonly unmount: () => void;
}

const keepers = new Set<ChildProcess>();

/** For afterEach, when nothing uses them any more. */
export async function closeMounts(): Promise<void> {
  const ended = [...keepers].map(
    (keeper) => new Promise((resolve) => keeper.once('close', resolve)),
  );
  for (const keeper of keepers) keeper.stdin?.end();
  await Promise.all(ended);
  keepers.clear();
}

/** Why this machine cannot mount; undefined when it can. */
export const mountMissing = ((): string | undefined => {
  const probe = mkdtempSync(join(tmpdir(), 'longhaul-mount-'));
  try {
    execFileSync('mount', ['--bind', probe, probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return undefined;
  } catch {
    return 'no right to mount';
  } finally {
    rmSync(probe, { recursive: true });
  }
})();

/** The directory `from` at `path`. */
export const bindMount = (from: string, path: string): Mount =>
  openMount(path, ['--bind', from, path]);

/** A file system of a size: "8m". */
export const smallMount = (path: string, size: string): Mount =>
  openMount(path, ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'longhaul-test', path]);

function openMount(path: string, args: readonly string[]): Mount {
  mkdirSync(path, { recursive: true });
  const mount = (): void => void execFileSync('mount', args);
  mount();
  keep(path);
  return {
    path,
    mount,
    unmount: () => void execFileSync('umount', ['-l', path]),
  };
}

/** Ends when its stdin does, and takes the mount with it. */
function keep(path: string): void {
  const keeper = spawn('sh', ['-c', 'cat >/dev/null; umount -l "$0"', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  keepers.add(keeper);
}
