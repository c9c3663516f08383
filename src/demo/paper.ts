/** The files of the demo's migration: the spec and the two hooks. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths in the demo's folder. */
export interface Places {
  readonly room: string;
  readonly source: string;
  readonly destination: string;
  /** The symlink through which users reach the tree. */
  readonly live: string;
  readonly state: string;
  readonly spec: string;
  readonly writing: string;
  readonly frozen: string;
}

export const MIGRATION = 'demo';

export function placesIn(room: string): Places {
  const at = (name: string): string => join(room, name);
  return {
    room,
    source: at('source'),
    destination: at('destination'),
    live: at('live'),
    state: at('state'),
    spec: at('demo.yaml'),
    writing: at('writing'),
    frozen: at('frozen'),
  };
}

export interface SpecOptions {
  /** Mount point of the source on the workers. */
  readonly seenAt: string;
  readonly entries: number;
  /** Bandwidth limit, when there is no link that can be slowed. */
  readonly bytesPerSecond?: number;
}

/** Writes spec and hooks. */
export function writePaper(places: Places, options: SpecOptions): void {
  writeHooks(places, ['# The mount may remember a listing for a second.', 'sleep 1.5']);
  writeFileSync(places.spec, specText(places, options));
}

/** Writes both hooks. `afterFreeze` are further lines of the freeze hook. */
export function writeHooks(places: Places, afterFreeze: readonly string[] = []): void {
  hook(places, 'freeze', [
    '# Tell the writer to stop, and return when it has.',
    `touch '${places.frozen}'`,
    `while [ -e '${places.writing}' ]; do sleep 0.1; done`,
    ...afterFreeze,
  ]);
  hook(places, 'switch', [
    "# From now on the tree's users are at its new place.",
    `ln -sfn '${places.destination}' '${places.live}'`,
  ]);
}

function hook({ room }: Places, name: string, lines: readonly string[]): void {
  writeFileSync(join(room, name), `#!/bin/sh\n${lines.join('\n')}\n`);
}

/** A migration of minutes instead of weeks: only chunks are smaller and waits shorter. */
function specText(places: Places, { seenAt, entries, bytesPerSecond }: SpecOptions): string {
  const chunkEntries = Math.max(300, Math.ceil(entries / 10));
  const limit =
    bytesPerSecond === undefined
      ? ''
      : `link: { bandwidth: ${Math.max(1, Math.round((bytesPerSecond * 8) / 1000))} kbit/s }\n`;
  return `version: 1
name: ${MIGRATION}
source: { path: ${JSON.stringify(seenAt)} }
destination: { path: ${JSON.stringify(places.destination)} }
stateDirectory: ${JSON.stringify(places.state)}
${limit}chunks: { maxEntries: ${chunkEntries}, maxBytes: 1 GiB }
${roundsText(places, entries)}concurrency: { chunks: 4, threads: 4 }
timing: { heartbeatTimeout: 5s, probeInterval: 1s, probeIntervalMax: 2s }
`;
}

/** Returns the rounds and cutover sections, which both engines share. */
export function roundsText({ room }: Places, entries: number): string {
  return `rounds:
  intervalStart: 20s
  intervalFloor: 20s
  converged: { maxEntries: ${Math.max(200, Math.ceil(entries / 20))}, maxBytes: 64 MiB }
cutover:
  approval: required
  freeze: { command: [sh, ${JSON.stringify(join(room, 'freeze'))}], timeout: 30s }
  switch: { command: [sh, ${JSON.stringify(join(room, 'switch'))}], timeout: 30s }
`;
}
