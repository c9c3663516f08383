/**
 * Programs that are built once with Go from a pinned module in tools/ and kept in the user's cache folder.
 * A build runs in a folder of its own and is published by one rename. When two processes want the same
 * program, one builds it, and the other waits and says so.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LonghaulError } from '../errors/failure.ts';
import { withFileLock } from './file-lock.ts';
import { cacheFolder, TOOLS_FOLDER } from './folders.ts';

export interface GoTool {
  readonly program: string;
  /** Name of its module's folder in tools/. */
  readonly folder: string;
  /** Name in the cache folder; includes the version. */
  readonly cacheName: string;
  /** Import path of the main package. */
  readonly mainPackage: string;
  /** Duration and disk space of a build with empty caches, for messages. */
  readonly buildCost: string;
}

export interface GoToolOptions {
  readonly onProgress?: (message: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Returns the path of the cached program; undefined when it was never built. */
export function cachedGoTool(
  tool: GoTool,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const path = cachedPath(tool, env);
  return isExecutable(path) ? path : undefined;
}

/** Returns the path of the program; builds it first if the cache has none. Throws TOOL_MISSING with Go's output. */
export async function goTool(tool: GoTool, options: GoToolOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  const progress = options.onProgress ?? (() => undefined);
  const cached = cachedGoTool(tool, env);
  if (cached !== undefined) return cached;
  return withFileLock(
    join(cacheFolder(env), `${tool.cacheName}.lock`),
    async () => {
      const path = cachedPath(tool, env);
      if (!isExecutable(path)) await build(tool, path, { ...options, env, onProgress: progress });
      return path;
    },
    {
      onWait: (holder) => progress(`${tool.program} is being built by process ${holder}: waiting`),
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
}

function cachedPath(tool: GoTool, env: NodeJS.ProcessEnv): string {
  return join(
    cacheFolder(env),
    `${tool.cacheName}-${process.platform}-${process.arch}`,
    tool.program,
  );
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function build(
  tool: GoTool,
  path: string,
  options: Required<Pick<GoToolOptions, 'env' | 'onProgress'>> & Pick<GoToolOptions, 'signal'>,
): Promise<void> {
  const folder = join(path, '..');
  // A killed build may have left files. The lock ensures that no other build is running.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // In the target folder, so that the rename stays within one file system.
  const work = mkdtempSync(join(folder, 'build-'));
  try {
    const output = join(work, tool.program);
    options.onProgress(`building ${tool.program} with Go, once (${tool.buildCost})`);
    await runGo(tool, output, options);
    renameSync(output, path);
    options.onProgress(`${tool.program} is ready: ${path}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const PROGRESS_EVERY_MS = 5_000;
const MAX_LINES = 15;

function runGo(
  tool: GoTool,
  output: string,
  options: Required<Pick<GoToolOptions, 'env' | 'onProgress'>> & Pick<GoToolOptions, 'signal'>,
): Promise<void> {
  const args = ['build', '-v', '-mod=readonly', '-trimpath', '-ldflags', '-s -w', '-o', output];
  const started = performance.now();
  const go = spawn('go', [...args, tool.mainPackage], {
    cwd: join(TOOLS_FOLDER, tool.folder),
    env: { ...options.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const lines: string[] = [];
  createInterface({ input: go.stderr }).on('line', (line) => {
    lines.push(line);
    if (lines.length > MAX_LINES) lines.shift();
  });
  const ticker = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    options.onProgress(`building ${tool.program}: ${seconds} s, ${lastOf(lines)}`);
  }, PROGRESS_EVERY_MS);
  return new Promise<void>((resolve, reject) => {
    go.once('error', (error) => reject(failure(tool, error.message, error)));
    go.once('close', (status) => {
      if (status === 0) resolve();
      else reject(failure(tool, `go build ended with ${status}:\n${lines.join('\n')}`));
    });
  }).finally(() => clearInterval(ticker));
}

function lastOf(lines: readonly string[]): string {
  const line = lines.at(-1);
  if (line === undefined) return 'Go is reading modules';
  return line.startsWith('go: ') ? line.slice(4) : `compiled ${line}`;
}

function failure(tool: GoTool, because: string, cause?: unknown): LonghaulError {
  const missing = because.includes('ENOENT') ? 'there is no `go` program on PATH' : because;
  return new LonghaulError('TOOL_MISSING', `Cannot build ${tool.program}: ${missing}`, { cause });
}
