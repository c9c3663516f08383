/** What the server's visibility store knows. It lags behind by up to a second or two. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { BlockedChunk } from '../workflows/api.ts';
import type { ChunkRow, MigrationRow } from './snapshot.ts';

/** Newest first; one row a migration. */
export async function listMigrations(client: Client): Promise<MigrationRow[]> {
  const rows = new Map<string, MigrationRow>();
  for await (const info of client.workflow.list({ query: `WorkflowType = 'migration'` })) {
    const migration = info.workflowId.replace(/^migration\//, '');
    if (rows.has(migration)) continue; // an earlier run of the same
    rows.set(migration, {
      migration,
      phase: text(info, 'MigrationPhase') ?? '',
      status: info.status.name,
      ...optional('round', count(info, 'Round')),
      blockedChunks: count(info, 'BlockedChunks') ?? 0,
      startedAt: info.startTime.toISOString(),
    });
  }
  return [...rows.values()];
}

/** The latest run of each chunk that ever ran, by id. Throws nothing for an unknown migration: no rows. */
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
  return [...rows.values()].sort((a, b) => (a.chunk < b.chunk ? -1 : 1));
}

/** `0042 blocked` becomes `0042 blocked … copy DISK_FULL: no space left`. Pure. */
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
