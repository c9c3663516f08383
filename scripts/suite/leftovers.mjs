// A run of the tests has temporary folders of its own, so that what it leaves behind is recognised:
// files in them, mounts below them, and processes that name one of them in their environment (TMPDIR),
// their command line or their working directory, with the children of those.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MEMORY = '/dev/shm';
/** More than the database of the Temporal server, all scratch directories and a demo take. */
const ENOUGH_BYTES = 2 * 2 ** 30;
/** Processes that end with their parent, and remove things then, have this long to do so. */
const GRACE_MS = Number(process.env.LONGHAUL_TEST_GRACE_MS ?? 10_000);

/** Short paths: sockets and mounts below them have a limit. `env` is what the tests run with. */
export function openFolders() {
  const memory = inMemory();
  const temporary = openFolder(tmpdir());
  const scratch = memory === undefined ? temporary : openFolder(memory);
  return {
    folders: [...new Set([temporary, scratch])],
    env: { TMPDIR: temporary, LONGHAUL_TEST_SCRATCH: scratch },
  };
}

/** Other users may use it, as they may use /tmp. */
function openFolder(parent) {
  const path = mkdtempSync(join(parent, 'lh-'));
  chmodSync(path, 0o1777);
  return path;
}

/** A file system in memory, where no write waits for a disk; undefined where there is little of it. */
export function inMemory() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH_BYTES ? MEMORY : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the folders and what is left of the run; returns a line about each thing that was left. */
export async function closeFolders(folders) {
  await waitUntil(() => leftoversOf(folders).lines.length === 0);
  const left = leftoversOf(folders);
  left.processes.forEach(({ pid }) => kill(pid));
  await waitUntil(() => processesOf(folders).length === 0);
  left.mounts.reverse().forEach((path) => spawnSync('umount', ['-l', path]));
  if (mountsBelow(folders).length === 0)
    folders.forEach((path) => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return left.lines;
}

async function waitUntil(is) {
  const end = performance.now() + GRACE_MS;
  while (!is() && performance.now() < end) await sleep(100);
}

function leftoversOf(folders) {
  const processes = processesOf(folders);
  const mounts = mountsBelow(folders);
  const paths = folders.flatMap((path) => readdirSync(path).map((name) => join(path, name)));
  const lines = [
    ...processes.map(({ pid, command }) => `process ${pid}: ${command}`),
    ...mounts.map((path) => `mount ${path}`),
    ...paths.map((path) => `path ${path}`),
  ];
  return { processes, mounts, lines };
}

function mountsBelow(folders) {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)));
}

/** The kernel writes a space in a path as \040. */
const unescape = (path) =>
  path.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));

function processesOf(folders) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const found = new Set(
    all.filter(({ traces }) => folders.some((folder) => traces.includes(folder))),
  );
  for (const parent of found)
    all.filter(({ ppid }) => ppid === parent.pid).forEach((child) => found.add(child));
  return [...found].filter(({ pid }) => pid !== process.pid);
}

/** One process, or none when it has just ended, has ended unnoticed by its parent, or is not ours to read. */
function readProcess(name) {
  const read = (file) => readFileSync(`/proc/${name}/${file}`, 'utf8');
  try {
    const [state, ppid] = read('stat')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (state === 'Z') return [];
    const command = read('cmdline').replaceAll('\0', ' ').trim();
    const traces = [command, read('environ'), readlinkSync(`/proc/${name}/cwd`)].join('\0');
    return [{ pid: Number(name), ppid: Number(ppid), command, traces }];
  } catch {
    return [];
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
