/** The state of one migration: record, plans, controls, link, chunks and live workers. */
import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parsePlan, planToJson } from '../policy/chunks/json.ts';
import type { ChunkPlan } from '../policy/chunks/plan.ts';
import type { LinkState } from '../policy/link/lanes.ts';
import type { Controls } from '../policy/rounds/controls.ts';
import { readJson, writeJsonAtomic } from './atomic-file.ts';
import type { ChunkStore } from './chunk-store.ts';
import { readControls } from './controls-file.ts';
import { namesIn } from './directory.ts';
import { withLock } from './flock.ts';
import { readLink } from './link-file.ts';
import { isMigrationRecord, type MigrationRecord } from './migration-record.ts';

/** Reads throw STATE_DAMAGED for a file with other content than this version or an earlier one wrote. */
export interface MigrationStore {
  readonly name: string;
  readonly directory: string;
  readonly ledgerPath: string;
  readonly assessDirectory: string;
  /** Returns undefined when the migration was never started here. */
  readMigration(): MigrationRecord | undefined;
  writeMigration(record: MigrationRecord): void;
  /** Returns the plan of a version, the latest by default; undefined when there is none. Throws SPEC_INVALID. */
  readPlan(version?: number): ChunkPlan | undefined;
  /** Returns the highest plan version; 0 when there is none. */
  planVersion(): number;
  /** Writes a plan under its revision as its version. */
  writePlan(plan: ChunkPlan): void;
  readControls(): Controls;
  /** Reads, changes and writes under a lock, so that of two processes neither loses the other's change. */
  updateControls(change: (before: Controls) => Controls): Controls;
  readLink(): LinkState | undefined;
  /** Reads, changes and writes under a lock; see updateControls. */
  updateLink(change: (before: LinkState | undefined) => LinkState): LinkState;
  lockPath(name: string): string;
  /** Creates the directories of the chunk and of the round. */
  chunk(id: string, round: number): ChunkStore;
  /** Returns the chunk's directory, which may not exist. For readers. */
  chunkDirectory(id: string): string;
  /** Returns the ids of the chunks that have a directory, sorted. */
  chunkIds(): readonly string[];
  /** Marks this worker process as alive; call it every few seconds. */
  touchWorker(workerId: string): void;
  removeWorker(workerId: string): void;
  /** Returns the workers that were marked alive within `maxAgeMs`. */
  liveWorkers(maxAgeMs: number, nowMs: number): readonly string[];
}

const RECORD = 'migration.json';

/** Returns true when `directory` holds a migration that was started. */
export const isMigration = (directory: string): boolean =>
  statSync(join(directory, RECORD), { throwIfNoEntry: false }) !== undefined;

export function migrationStore(name: string, directory: string): MigrationStore {
  const at = (...parts: string[]): string => join(directory, ...parts);
  return {
    name,
    directory,
    ledgerPath: at('ledger.jsonl'),
    assessDirectory: at('assess'),
    readMigration: () => readJson(at(RECORD), isMigrationRecord),
    writeMigration: (record) => writeJsonAtomic(at(RECORD), record),
    ...planFiles(directory),
    readControls: () => readControls(at('controls.json')),
    updateControls: (change) => update(at('controls.json'), readControls, change),
    readLink: () => readLink(at('link.json')),
    updateLink: (change) => update(at('link.json'), readLink, change),
    lockPath: (lock) => at(`${lock}.lock`),
    chunk: (id, round) => chunkStore(at('chunks', id), round),
    chunkDirectory: (id) => at('chunks', id),
    chunkIds: () => namesIn(at('chunks')),
    ...workerRegistrations(at('workers')),
  };
}

function planFiles(
  directory: string,
): Pick<MigrationStore, 'readPlan' | 'planVersion' | 'writePlan'> {
  const file = (version: number): string => join(directory, `plan-${version}.json`);
  const versionOf = (name: string): number => Number(/^plan-(\d+)\.json$/.exec(name)?.[1] ?? 0);
  const planVersion = (): number => Math.max(0, ...namesIn(directory).map(versionOf));
  return {
    planVersion,
    readPlan(version = planVersion()) {
      const value = readJson(file(version), isAnything);
      return value === undefined ? undefined : parsePlan(value);
    },
    writePlan: (plan) => writeJsonAtomic(file(plan.revision), planToJson(plan)),
  };
}

/** `parsePlan` checks the value, and names every problem. */
const isAnything = (value: unknown): value is unknown => value !== undefined;

function update<Before, After extends Before>(
  file: string,
  read: (file: string) => Before,
  change: (before: Before) => After,
): After {
  return withLock(`${file}.lock`, () => {
    const before = read(file);
    const after = change(before);
    if (!isDeepStrictEqual(before, after)) writeJsonAtomic(file, after);
    return after;
  });
}

function chunkStore(directory: string, round: number): ChunkStore {
  const roundDirectory = join(directory, `round-${round}`);
  mkdirSync(roundDirectory, { recursive: true });
  return { directory, roundDirectory, catalogPath: join(directory, 'catalog') };
}

function workerRegistrations(
  directory: string,
): Pick<MigrationStore, 'touchWorker' | 'removeWorker' | 'liveWorkers'> {
  const file = (workerId: string): string => join(directory, workerId);
  const touchedMs = (workerId: string): number =>
    statSync(file(workerId), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return {
    touchWorker(workerId) {
      mkdirSync(directory, { recursive: true });
      writeFileSync(file(workerId), '', { flag: 'a' });
      utimesSync(file(workerId), new Date(), new Date());
    },
    removeWorker: (workerId) => rmSync(file(workerId), { force: true }),
    liveWorkers: (maxAgeMs, nowMs) =>
      namesIn(directory).filter((workerId) => nowMs - touchedMs(workerId) <= maxAgeMs),
  };
}
