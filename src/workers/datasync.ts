/** Creates the DataSync engine of a migration. */
import type { MigrationRecord } from '../state/migration-record.ts';
import { opendir } from 'node:fs/promises';
import { readPlan } from '../activities/migration.ts';
import { createAwsClients } from '../aws/clients.ts';
import { createDataSyncEngine } from '../engines/datasync/engine.ts';
import type { EndedExecution } from '../engines/datasync/service/options.ts';
import { WALL_CLOCK } from '../engines/datasync/service/time.ts';
import type { Engine } from '../engines/engine.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { StateDirectory } from '../state/state-directory.ts';
import { joinRaw, rawToBytes } from '../paths.ts';
import { filterText } from '../policy/datasync/filters.ts';
import type { PathScope } from '../policy/datasync/scope.ts';
import type { WeighedDirectory } from '../policy/datasync/split-scope.ts';
import { dataSyncSpec } from '../spec/kinds.ts';

export function dataSyncEngineOf(state: StateDirectory, { spec: given }: MigrationRecord): Engine {
  const spec = dataSyncSpec(given);
  const store = state.migration(spec.name);
  return createDataSyncEngine({
    spec,
    clients: createAwsClients(spec.aws),
    directory: store.directory,
    chunkCount: () => readPlan(state, spec.name)?.chunks.length ?? 1,
    onExecutionEnded: (ended) => openLedger(store.ledgerPath).append(ledgerLine(ended)),
    directoriesIn: (scope, known) => directoriesIn(spec.source.path, scope, known),
    time: WALL_CLOCK,
  });
}

function ledgerLine({ chunk, round, purpose, attempt, end }: EndedExecution) {
  const { arn, status, errorCode, filesTransferred, filesDeleted, bytesWritten, bytesCompressed } =
    end;
  return {
    kind: 'execution',
    key: `execution/${attempt}`,
    at: new Date(end.endedAt).toISOString(),
    chunk,
    round,
    purpose,
    arn,
    status,
    ...(errorCode === undefined ? {} : { errorCode }),
    filesTransferred,
    filesDeleted,
    bytesWritten,
    bytesCompressed,
    elapsedMs: end.endedAt - end.startedAt,
  } as const;
}

/** Returns the known directories, plus the direct children of the root if the source is mounted here. */
async function directoriesIn(
  mount: string | undefined,
  { roots }: PathScope,
  known: readonly WeighedDirectory[],
): Promise<readonly WeighedDirectory[]> {
  const [root] = roots;
  if (mount === undefined || root === undefined || roots.length > 1) return known;
  const all = new Map(known.map((directory) => [directory.path, directory]));
  const at = Buffer.concat([Buffer.from(`${mount}/`), rawToBytes(root)]);
  for await (const entry of await opendir(at, { encoding: 'latin1' })) {
    const path = joinRaw(root, entry.name);
    if (entry.isDirectory() && !all.has(path)) all.set(path, { path, entries: 1 });
  }
  return [...all.values()].filter(({ path }) => filterText(path) !== undefined);
}
