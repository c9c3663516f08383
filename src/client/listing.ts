/** Lists migrations and chunks from the server's visibility store, which lags by a second or two. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { compareChunkIds } from '../policy/chunks/plan.ts';
import type { BlockedChunk } from '../protocol/reports.ts';
import type { ChunkRow, MigrationRow } from './snapshot.ts';

/** Returns when a migration was started, by its record; undefined if the record is not on this host. */
export type RecordedStart = (migration: string) => string | undefined;

/** Newest first; one row per migration, which is a chain of runs. */
export async function listMigrations(
  client: Client,
  recordedStart: RecordedStart,
): Promise<MigrationRow[]> {
  const chains = new Map<string, { last: WorkflowExecutionInfo; first: WorkflowExecutionInfo }>();
  for await (const info of client.workflow.list({ query: `WorkflowType = 'migration'` })) {
    const migration = info.workflowId.replace(/^migration\//, '');
    const { last = info, first = info } = chains.get(migration) ?? {};
    chains.set(migration, { last, first: info.startTime < first.startTime ? info : first });
  }
  const rows = [...chains].map(async ([migration, { last, first }]) => ({
    migration,
    phase: text(last, 'MigrationPhase') ?? '',
    status: last.status.name,
    ...optional('round', count(last, 'Round')),
    blockedChunks: count(last, 'BlockedChunks') ?? 0,
    ...(await startOf(client, first, recordedStart(migration))),
  }));
  return Promise.all(rows);
}

/** The server deletes old runs; the first run that it still knows may not be the first of the migration. */
async function startOf(
  client: Client,
  { workflowId, runId, startTime }: WorkflowExecutionInfo,
  recorded: string | undefined,
): Promise<Pick<MigrationRow, 'startedAt' | 'startedBefore'>> {
  // A later record belongs to another migration of that name.
  if (recorded !== undefined && Date.parse(recorded) <= startTime.getTime())
    return { startedAt: recorded };
  const startedAt = startTime.toISOString();
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const { firstRunId } = raw.workflowExecutionInfo ?? {};
  const isFirst = !firstRunId || firstRunId === runId;
  return { startedAt, ...(isFirst ? {} : { startedBefore: true }) };
}

/** Returns the latest run of each chunk, sorted by id; no rows for an unknown migration. */
export async function listChunks(client: Client, migration: string): Promise<ChunkRow[]> {
  const rows = new Map<string, ChunkRow>();
  const query = `WorkflowType = 'chunk' AND MigrationId = '${migration.replaceAll("'", "''")}'`;
  for await (const info of client.workflow.list({ query })) {
    const chunk = text(info, 'ChunkId') ?? info.workflowId.replace(/^.*\/chunk\//, '');
    if (rows.has(chunk)) continue;
    rows.set(chunk, {
      chunk,
      state: text(info, 'ChunkState') ?? info.status.name.toLowerCase(),
      ...optional('round', count(info, 'Round')),
    });
  }
  return [...rows.values()].sort((a, b) => compareChunkIds(a.chunk, b.chunk));
}

/** Adds the reason to blocked chunks: `copy DISK_FULL: no space left`. Pure. */
export function withReasons(
  rows: readonly ChunkRow[],
  blocked: readonly BlockedChunk[],
): ChunkRow[] {
  const reasons = new Map(
    blocked.map(({ chunk, step, code, because }) => [chunk, `${step} ${code}: ${because}`]),
  );
  return rows.map((row) => {
    const because = row.state === 'blocked' ? reasons.get(row.chunk) : undefined;
    return because === undefined ? row : { ...row, because };
  });
}

function text(info: WorkflowExecutionInfo, name: string): string | undefined {
  const value: unknown = info.searchAttributes[name]?.[0];
  return typeof value === 'string' ? value : undefined;
}

function count(info: WorkflowExecutionInfo, name: string): number | undefined {
  const value: unknown = info.searchAttributes[name]?.[0];
  return typeof value === 'number' ? value : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
