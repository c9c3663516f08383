/**
 * Identities of processes, to recognise them later: pids are reused, so a stored pid alone must never be
 * signalled. On Linux the start time in clock ticks since boot and the boot id identify a process.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
  readonly bootId: string;
}

/** Returns the identity of a live process; undefined when it does not exist or is a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name is in parentheses and may contain any character: fields count from the last ')'.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return { pid, startTicks: fields[19] ?? '', bootId };
  } catch {
    return undefined;
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now?.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Ends this process: SIGTERM, then SIGKILL after `graceMs`. Returns false if it had ended before. */
export async function endProcess(identity: ProcessIdentity, graceMs = 10_000): Promise<boolean> {
  if (!signal(identity, 'SIGTERM')) return false;
  if (await goneWithin(identity, graceMs)) return true;
  signal(identity, 'SIGKILL');
  await goneWithin(identity, graceMs);
  return true;
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, name);
  } catch (error) {
    if ((error as { code?: string }).code === 'ESRCH') return false;
    throw error;
  }
}

async function goneWithin(identity: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
