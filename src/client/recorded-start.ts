/** Reads from the state directory when a migration was started. */
import { openStateDirectory } from '../state/state-directory.ts';
import { findStateDirectory } from './pointer.ts';

/** ISO 8601; undefined if the state is not on this host or cannot be read. */
export function recordedStart(name: string, { state }: { state?: string }): string | undefined {
  const path = findStateDirectory({ state, name });
  if (path === undefined) return undefined;
  try {
    return openStateDirectory(path).migration(name).readMigration()?.startedAt;
  } catch {
    return undefined;
  }
}
