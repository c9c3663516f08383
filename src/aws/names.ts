/**
 * Names and tags of the resources that longhaul creates. They depend only on the migration, so that a
 * later run finds what an interrupted one has created. DataSync allows ASCII letters, digits, spaces
 * and +=._:@/- in both.
 */
import { createHash } from 'node:crypto';
import type { Tag } from '@aws-sdk/client-efs';

/** Set on every resource; `longhaul teardown` deletes only resources that have it. */
export const MIGRATION_TAG = 'longhaul:migration';
export const CHUNK_TAG = 'longhaul:chunk';
/** Value: ARN of the agent whose lane uses the location. */
export const LANE_TAG = 'longhaul:lane';
/** Set on an execution: identifies the attempt, so that it is found after a lost reply. */
export const ATTEMPT_TAG = 'longhaul:attempt';

/** Creation token of the file system, at most 64 characters. */
export function fileSystemToken(migration: string): string {
  return `longhaul-${createHash('sha256').update(migration).digest('hex').slice(0, 40)}`;
}

/** Client token of the access point for a directory. */
export function accessPointToken(migration: string, directory: string): string {
  const digest = createHash('sha256').update(`${migration}\0${directory}`).digest('hex');
  return `longhaul-${digest.slice(0, 40)}`;
}

/** `lane`: index of the agent in the spec, from 0. */
export function chunkTaskName(migration: string, lane: number, chunk: string): string {
  return `longhaul/${migration}/lane-${lane}/chunk-${chunk}`;
}

/** Name of a task that is shared by all chunks of a lane. */
export function poolTaskName(migration: string, lane: number): string {
  return `longhaul/${migration}/lane-${lane}/pool`;
}

/** Returns `more` and the spec's own tags with that of the migration. */
export function tagsOf(
  migration: string,
  own: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Required<Tag>[] {
  const all = { ...own, ...more, [MIGRATION_TAG]: migration };
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
}
