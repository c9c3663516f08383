/** Real mounts for tests: each is gone with this process, however that ends. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
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

/** The directory or file `from` at `path`. */
export const bindMount = (from: string, path: string): Mount =>
  openMount(path, ['--bind', from, path]);

/** A file system of a size: "8m". */
export const smallMount = (path: string, size: string): Mount =>
  openMount(path, ['-t', 'tmpfs', '-o', `size=${size},mode=755`, 'longhaul-test', path]);

/** An overlay whose layers lie on two file systems, as in a container; `path` is its merged view. */
export function overlayMount(path: string): Mount {
  const [lower, top] = [smallMount(`${path}-lower`, '8m'), smallMount(`${path}-top`, '64m')];
  const [upper, work] = [join(top.path, 'upper'), join(top.path, 'work')];
  for (const folder of [upper, work]) mkdirSync(folder);
  const layers = `lowerdir=${lower.path},upperdir=${upper},workdir=${work}`;
  return openMount(path, ['-t', 'overlay', '-o', layers, 'longhaul-test', path]);
}

/** A file system in an image of 64 MiB, made by `mkfs` (a program and its options). */
export function imageMount(path: string, mkfs: readonly string[]): Mount {
  const image = `${path}.img`;
  writeFileSync(image, '');
  truncateSync(image, 64 * 2 ** 20);
  execFileSync(mkfs[0]!, [...mkfs.slice(1), image], { stdio: 'ignore' });
  return openMount(path, ['-o', 'loop', image, path]);
}

function openMount(path: string, args: readonly string[]): Mount {
  if (!existsSync(path)) mkdirSync(path, { recursive: true });
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
