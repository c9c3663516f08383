/**
 * A real link that can be slowed and cut: an sshfs mount of a local sshd, through toxiproxy. It ends with
 * the process that opened it, even after kill -9 (src/demo/link/keeper.ts).
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LonghaulError } from '../../errors/failure.ts';
import type { KeeperReply, KeeperRequest } from './keeper.ts';

export interface Link {
  /** The tree as it is seen over the link. */
  readonly mountPoint: string;
  /** Makes every access fail with EIO and refuses new connections. */
  readonly cut: () => Promise<void>;
  /** Lets it reconnect, which takes a few seconds. */
  readonly restore: () => Promise<void>;
  /** Sets the rate limit and the latency of both directions; 0 means none. */
  readonly slow: (bytesPerSecond: number, latencyMs: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Returns what this machine lacks for a link, as text; undefined when nothing is missing. */
export function missingForLink(): string | undefined {
  if (!accessible('/dev/fuse', constants.R_OK | constants.W_OK)) return 'no access to /dev/fuse';
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const programs = ['sshfs', 'sshd', 'ssh', 'ssh-keygen', 'fusermount3', 'setpriv'];
  const absent = programs.filter(
    (name) => !folders.some((folder) => accessible(join(folder, name), constants.X_OK)),
  );
  return absent.length === 0 ? undefined : `not installed: ${absent.join(', ')}`;
}

function accessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Opens a link to a tree on this machine. `toxiproxy` is the path of its server program. The mount caches
 * listings for `cacheSeconds`, as NFS clients do.
 */
export async function openLink(
  tree: string,
  toxiproxy: string,
  { cacheSeconds = 0 }: { readonly cacheSeconds?: number } = {},
): Promise<Link> {
  const request: KeeperRequest = { tree, toxiproxy, cacheSeconds };
  const keeper = spawn(process.execPath, [keeperPath(), JSON.stringify(request)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true, // Ctrl-C reaches the owner first, which then closes the link in its order
  });
  const ended = new Promise<void>((resolve) => keeper.once('close', () => resolve()));
  keeper.stdin.on('error', () => undefined);
  const close = async (): Promise<void> => {
    keeper.stdin.end();
    await ended;
  };
  let answer: { ready?: KeeperReply; failed?: string } = {};
  for await (const line of createInterface({ input: keeper.stdout })) {
    answer = JSON.parse(line) as typeof answer;
    break;
  }
  if (answer.ready === undefined) {
    await close();
    throw new LonghaulError(
      'TOOL_MISSING',
      `Cannot open a link: ${answer.failed ?? 'its keeper ended'}`,
    );
  }
  return { mountPoint: answer.ready.mountPoint, close, ...controls(answer.ready.control) };
}

function controls(control: string): Pick<Link, 'cut' | 'restore' | 'slow'> {
  const proxy = `${control}/proxies/link`;
  const post = (url: string, body: object): Promise<Response> =>
    fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const toxic = async (
    type: string,
    stream: string,
    attributes: object | undefined,
  ): Promise<void> => {
    await fetch(`${proxy}/toxics/${type}-${stream}`, { method: 'DELETE' });
    if (attributes !== undefined) {
      await post(`${proxy}/toxics`, { name: `${type}-${stream}`, type, stream, attributes });
    }
  };
  return {
    cut: async () => void (await post(proxy, { enabled: false })),
    restore: async () => void (await post(proxy, { enabled: true })),
    slow: async (bytesPerSecond, latencyMs) => {
      const rate = bytesPerSecond === 0 ? undefined : { rate: Math.ceil(bytesPerSecond / 1000) };
      const latency = latencyMs === 0 ? undefined : { latency: latencyMs };
      for (const stream of ['upstream', 'downstream']) {
        await toxic('bandwidth', stream, rate);
        await toxic('latency', stream, latency);
      }
    },
  };
}

/** Returns the path of the keeper in the build, also when this file runs from source. */
function keeperPath(): string {
  const here = import.meta.url;
  const built = here.endsWith('.ts') ? '../../../dist/demo/link/keeper.js' : './keeper.js';
  return fileURLToPath(new URL(built, here));
}
