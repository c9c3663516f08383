/**
 * The download of a Temporal server by Temporal's SDK. The SDK's call cannot be cancelled, so it runs in a
 * process of its own. That process is killed when no data arrives within a few seconds, as without a
 * network, or when the download takes too long.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { isExecutable } from './go-tool.ts';
import { cacheFolder } from './folders.ts';
import { TEMPORAL_CLI_VERSION } from './tools.ts';

const FIRST_BYTES_WITHIN_MS = 8_000;
const COMPLETE_WITHIN_MS = 10 * 60_000;

export interface DownloadOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: (message: string) => void;
  readonly signal?: AbortSignal;
}

function downloadFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'sdk-download');
}

/** Returns the program of an earlier download. The SDK chose the name, and moves complete files there. */
export function downloadedProgram(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const path = join(downloadFolder(env), `temporal-v${TEMPORAL_CLI_VERSION}`);
  return isExecutable(path) ? path : undefined;
}

/** Downloads the program and returns its path. Throws with the reason when the download fails. */
export async function downloadProgram(options: DownloadOptions = {}): Promise<string> {
  const env = options.env ?? process.env;
  if (env['LONGHAUL_NO_DOWNLOAD']) throw new Error('LONGHAUL_NO_DOWNLOAD is set');
  mkdirSync(downloadFolder(env), { recursive: true });
  options.onProgress?.(`asking Temporal's download host for temporal ${TEMPORAL_CLI_VERSION}`);
  await runDownload(env, options.signal);
  const path = downloadedProgram(env);
  if (path === undefined) throw new Error('the SDK reported success but left no program');
  return path;
}

/** Starts a server through the SDK, which downloads the program first, and stops it again. */
const SCRIPT = `
const { TestWorkflowEnvironment } = await import(process.argv[1]);
const executable = { type: 'cached-download', downloadDir: process.argv[2], version: process.argv[3] };
try {
  await (await TestWorkflowEnvironment.createLocal({ server: { executable } })).teardown();
} catch (error) {
  const causes = [];
  for (let at = error; at; at = at.cause) causes.push(at.message);
  process.stderr.write(causes.join(': '));
  process.exit(1);
}`;

async function runDownload(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  const sdk = pathToFileURL(createRequire(import.meta.url).resolve('@temporalio/testing')).href;
  const args = ['--input-type=module', '-e', SCRIPT, sdk];
  const child = spawn(
    process.execPath,
    [...args, downloadFolder(env), `v${TEMPORAL_CLI_VERSION}`],
    {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal ? { signal } : {}),
    },
  );
  let output = '';
  child.stderr.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-2_000)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const watch = new AbortController();
  try {
    const status = await Promise.race([ended, timedOut(env, watch.signal)]);
    if (status !== 0) throw new Error(lastLine(output) || `the download ended with ${status}`);
  } finally {
    watch.abort();
    child.kill('SIGKILL');
  }
}

/** Rejects when nothing arrives in time, or when the download takes too long. */
async function timedOut(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<never> {
  await sleep(FIRST_BYTES_WITHIN_MS, undefined, { signal });
  if (readdirSync(downloadFolder(env)).length === 0) {
    throw new Error(
      `no answer from Temporal's download host within ${FIRST_BYTES_WITHIN_MS / 1000} s`,
    );
  }
  await sleep(COMPLETE_WITHIN_MS, undefined, { signal });
  throw new Error(`the download was not complete after ${COMPLETE_WITHIN_MS / 60_000} minutes`);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
