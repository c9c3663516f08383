/**
 * Names and tags of what longhaul makes in an account. They follow from the migration alone, so that
 * whoever looks again finds what an interrupted run has made. DataSync takes ASCII letters, digits,
 * spaces and +=._:@/- in both.
 */
import { createHash } from 'node:crypto';
import type { Tag } from '@aws-sdk/client-efs';

/** On everything; `longhaul teardown` goes by it. */
export const MIGRATION_TAG = 'longhaul:migration';
export const CHUNK_TAG = 'longhaul:chunk';
/** The agent whose lane it is. */
export const LANE_TAG = 'longhaul:lane';
/** On an execution: which start this was, so that it is recognised after a lost reply. */
export const ATTEMPT_TAG = 'longhaul:attempt';

/** The creation token of the file system: at most 64 characters. */
export function fileSystemToken(migration: string): string {
  return `longhaul-${createHash('sha256').update(migration).digest('hex').slice(0, 40)}`;
}

/** The client token of an access point for a directory. */
export function accessPointToken(migration: string, directory: string): string {
  const digest = createHash('sha256').update(`${migration}\0${directory}`).digest('hex');
  return `longhaul-${digest.slice(0, 40)}`;
}

/** `lane` is the number of the agent in the spec, from 0. */
export function chunkTaskName(migration: string, lane: number, chunk: string): string {
  return `longhaul/${migration}/lane-${lane}/chunk-${chunk}`;
}

/** The task of a lane whose executions carry the filters of their chunk. */
export function poolTaskName(migration: string, lane: number): string {
  return `longhaul/${migration}/lane-${lane}/pool`;
}

/** Tags of a thing of the migration, with the spec's own. */
export function tagsOf(
  migration: string,
  own: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Required<Tag>[] {
  const all = { ...own, ...more, [MIGRATION_TAG]: migration };
  return Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
}
