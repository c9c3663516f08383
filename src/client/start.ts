/**
 * Starts a migration, or attaches to the running one. Writes first what the workers need and starts the
 * workflow last, so that the same command completes a start that crashed in between. Refuses a spec that
 * differs from the running one, and lists the differences.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Client } from '@temporalio/client';
import { treeIdentity } from '../engines/posix/tree/identity.ts';
import { LonghaulError } from '../errors/failure.ts';
import { canonicalJson, sha256 } from '../ledger/ledger-line.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { MigrationRecord } from '../state/migration-record.ts';
import { openStateDirectory } from '../state/state-directory.ts';
import type { MigrationStore } from '../state/migration-store.ts';
import { isPosixSpec, type PosixSpec } from '../spec/kinds.ts';
import type { MigrationSpec } from '../spec/schema.ts';
import type { MigrationInput } from '../protocol/inputs.ts';
import { WORKFLOW_QUEUE, migrationId } from '../protocol/names.ts';
import { alreadyStarted } from './failures.ts';
import { writePointer } from './pointer.ts';

export interface StartOptions {
  readonly spec: MigrationSpec;
  readonly by: string;
  readonly reason?: string;
  readonly now: Date;
}

export interface Started {
  readonly migration: string;
  readonly workflowId: string;
  readonly stateDirectory: string;
  /** False: it runs already, with the same spec. */
  readonly began: boolean;
}

export async function startMigration(client: Client, options: StartOptions): Promise<Started> {
  const { spec } = options;
  const state = openStateDirectory(spec.stateDirectory, { create: true });
  const store = state.migration(spec.name);
  const before = store.readMigration();
  if (before === undefined) writeRecord(store, state.id, options);
  else throwIfChanged(before.spec, spec);
  writePointer(spec.name, spec.stateDirectory);
  const workflowId = migrationId(spec.name);
  return {
    migration: spec.name,
    workflowId,
    stateDirectory: spec.stateDirectory,
    began: await begin(client, workflowId, spec.name),
  };
}

/** Throws SOURCE_MISSING or DESTINATION_MISSING if a tree or its marker is missing. */
function writeRecord(
  store: MigrationStore,
  stateId: string,
  { spec, by, reason, now }: StartOptions,
): void {
  const startedAt = now.toISOString();
  const record: MigrationRecord = {
    v: 1,
    stateId,
    spec,
    ...(isPosixSpec(spec) ? { identities: identitiesOf(spec) } : {}),
    startedAt,
    startedBy: by,
  };
  // The ledger comes first: appending is idempotent, and a record without these lines would be a gap.
  openLedger(store.ledgerPath).append(
    {
      kind: 'migration started',
      key: 'migration started',
      migration: spec.name,
      by,
      ...(reason === undefined ? {} : { because: reason }),
    },
    { kind: 'spec', key: 'spec', digest: sha256(canonicalJson(spec)), by },
  );
  store.writeMigration(record);
}

function identitiesOf({
  source,
  destination,
}: PosixSpec): NonNullable<MigrationRecord['identities']> {
  return {
    source: treeIdentity(source.path, source.marker),
    destination: treeIdentity(destination.path, destination.marker, 'DESTINATION_MISSING'),
  };
}

async function begin(client: Client, workflowId: string, migration: string): Promise<boolean> {
  const input: MigrationInput = { v: 1, migration };
  try {
    await client.workflow.start('migration', {
      workflowId,
      taskQueue: WORKFLOW_QUEUE,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      // A migration that is done or aborted has a closed ledger; a second run would mix two accounts.
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: `longhaul migration ${migration}`,
    });
    return true;
  } catch (error) {
    if (!alreadyStarted(error)) throw error;
  }
  const { status } = await client.workflow.getHandle(workflowId).describe();
  if (status.name === 'RUNNING') return false;
  throw new LonghaulError('NOT_READY', `${migration} has ended, and its ledger is closed`, {
    hint: `longhaul status ${migration} shows how. To move the tree again, give the spec another name.`,
  });
}

function throwIfChanged(running: MigrationSpec, asked: MigrationSpec): void {
  // The running spec was read from JSON, which has no undefined members.
  const differences = differencesOf(running, JSON.parse(JSON.stringify(asked)), '');
  if (differences.length === 0) return;
  throw new LonghaulError(
    'SPEC_CHANGED',
    `${asked.name} runs with another spec:\n${differences.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** Returns a line per leaf: `link.bandwidth: runs with 6250000, the file says 2500000`. */
export function differencesOf(before: unknown, after: unknown, path: string): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isPlain(before) && isPlain(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) =>
      differencesOf(before[key], after[key], path === '' ? key : `${path}.${key}`),
    );
  }
  return [`${path}: runs with ${shown(before)}, the file says ${shown(after)}`];
}

const shown = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
