/** Polls the migration until a condition holds, and shows the events in the meantime. */
import { setTimeout as sleep } from 'node:timers/promises';
import { watchLine } from '../terminal/texts/status-line.ts';
import { eventsBetween } from '../terminal/texts/watch.ts';
import type { LonghaulClient } from '../client/client.ts';
import type { Snapshot } from '../client/snapshot.ts';
import { LonghaulError } from '../errors/failure.ts';
import type { MigrationProgress } from '../protocol/reports.ts';
import { interrupted, type Narrator } from './narrator.ts';

const POLL_MS = 400;
/** Without a terminal, a line is printed at least this often. */
const MAX_QUIET_MS = 10_000;

export interface Look extends Snapshot {
  readonly progress: MigrationProgress;
}

export interface Follower {
  /** Returns the first snapshot for which `holds` is true. Throws BUG after `withinMs`. */
  until(
    what: string,
    holds: (look: Look) => boolean | Promise<boolean>,
    withinMs?: number,
  ): Promise<Look>;
}

/** `alsoSaid` returns further lines to show since the last call. */
export function openFollower(
  client: LonghaulClient,
  migration: string,
  narrator: Narrator,
  alsoSaid: () => readonly string[] = () => [],
): Follower {
  const { terminal } = narrator;
  let last: Snapshot | undefined;
  let saidAt = performance.now();
  const look = async (): Promise<Snapshot> => {
    const snapshot = await client.snapshot(migration);
    for (const line of alsoSaid()) narrator.quote(line);
    // A killed worker does not answer for a while, which the demo has already announced.
    if (snapshot.progress !== undefined) {
      if (quoteEvents(narrator, last, snapshot)) saidAt = performance.now();
      last = snapshot;
    }
    terminal.status(watchLine(snapshot, terminal.columns));
    if (!terminal.interactive && performance.now() - saidAt > MAX_QUIET_MS) {
      narrator.quote(`${snapshot.at.slice(11, 19)}Z  ${watchLine(snapshot, 200)}`);
      saidAt = performance.now();
    }
    return snapshot;
  };

  return {
    until: async (what, holds, withinMs = 180_000) => {
      for (const deadline = performance.now() + withinMs; ;) {
        if (terminal.signal.aborted) throw interrupted();
        const snapshot = await look();
        if (isLook(snapshot) && (await holds(snapshot))) {
          terminal.status(undefined);
          return snapshot;
        }
        if (performance.now() > deadline) throw tooLong(what, withinMs, snapshot);
        await sleep(POLL_MS);
      }
    },
  };
}

/** Returns true when something has happened since `last`. */
function quoteEvents(narrator: Narrator, last: Snapshot | undefined, snapshot: Snapshot): boolean {
  const events = eventsBetween(last, snapshot).map((line) => line.slice('2026-01-01T'.length));
  for (const line of events) narrator.quote(line);
  return events.length > 0;
}

function isLook(snapshot: Snapshot): snapshot is Look {
  return snapshot.progress !== undefined;
}

function tooLong(what: string, withinMs: number, snapshot: Snapshot): LonghaulError {
  return new LonghaulError(
    'BUG',
    `After ${withinMs / 1000} s the demo still waits until ${what}: ${watchLine(snapshot, 300)}`,
  );
}
