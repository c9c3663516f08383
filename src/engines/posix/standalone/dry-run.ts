/** Plans a sync without doing it. */
import { joinRaw, printable } from '../../../paths.ts';
import { findCandidates } from '../steps/delete-candidates.ts';
import type { Excludes } from '../tree/excludes.ts';
import { S_IFDIR, S_IFMT } from '../native/statx.ts';
import type { StepContext, StepInput } from '../steps/step.ts';
import { readWorklist } from '../round/worklist.ts';

export interface PlannedAction {
  readonly action: 'copy' | 'delete';
  /** Printable; a directory ends in '/'. */
  readonly path: string;
  readonly bytes: number;
}

const MAX_DELETIONS = 1_000_000;

export async function planSync(
  input: StepInput,
  excludes: Excludes,
  context: StepContext,
): Promise<readonly PlannedAction[]> {
  const planned: PlannedAction[] = [];
  for (const { path: directory, entries } of readWorklist(input.store.roundDirectory)) {
    const names = entries.map(({ name }) => name);
    const { sourceFd, destinationFd, pool } = context;
    const { differing } = await pool.run({
      type: 'compare entries',
      sourceFd,
      destinationFd,
      directory,
      names,
    });
    const differs = new Set(differing);
    for (const entry of entries) {
      if (!differs.has(entry.name)) continue;
      const isDirectory = (entry.mode & S_IFMT) === S_IFDIR;
      const path = printable(joinRaw(directory, entry.name)) + (isDirectory ? '/' : '');
      planned.push({ action: 'copy', path, bytes: isDirectory ? 0 : entry.sizeBytes });
    }
  }
  if (!input.round.deletes) return planned;
  const { deletions } = await findCandidates(input, excludes, context, MAX_DELETIONS);
  return [
    ...planned,
    ...deletions.map(({ path }) => ({
      action: 'delete' as const,
      path: printable(path),
      bytes: 0,
    })),
  ];
}
