/** Lists and empties the trash of a migration, for an operator, when no delete-pass runs any more. */
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { expireTrash, trashedRounds } from '../jobs/expire-trash.ts';
import { statOpen } from '../native/file-stat.ts';
import { newStatBuffer } from '../native/statx.ts';
import type { TreeIdentity } from '../../../model/tree-identity.ts';
import { setTimes } from '../native/metadata.ts';
import { nameAddress } from '../native/names.ts';
import { proveTree, type TreePlace } from '../tree/prove-tree.ts';
import { AT, unlinkat } from '../native/libc.ts';
import { openTree } from '../tree/root.ts';
import { TRASH, trashPath } from '../write/own-names.ts';

const rootStat = newStatBuffer();

export interface TrashPlace {
  readonly migration: string;
  readonly destination: TreePlace;
  /** Recorded when the migration started. */
  readonly identity: TreeIdentity | undefined;
}

export interface Trash {
  /** Absolute. */
  readonly path: string;
  /** Rounds with deleted entries, in order. */
  readonly rounds: readonly {
    readonly round: number;
    /** Time of the last deletion, in ms since the epoch. */
    readonly movedMs: number;
  }[];
}

/** Throws DESTINATION_MISSING when the destination is not the one the migration began with. */
export function lookAtTrash(place: TrashPlace): Trash {
  return withDestination(place, (fd) => trashAt(place, fd));
}

/** Removes entries moved before `beforeMs`, and returns the rest. Throws like lookAtTrash. */
export function emptyTrash(place: TrashPlace, beforeMs: number): Trash {
  return withDestination(place, (fd) => {
    const job = { type: 'expire trash' as const, trash: trashPath(place.migration) };
    const when = { currentRound: Infinity, beforeSeconds: beforeMs / 1_000 };
    expireTrash({ ...job, ...when, destinationFd: fd });
    const left = trashAt(place, fd);
    if (left.rounds.length === 0) removeEmpty(fd, place.migration);
    return left;
  });
}

function trashAt({ migration, destination }: TrashPlace, fd: number): Trash {
  const trash = trashPath(migration);
  const rounds = trashedRounds(fd, trash).map(({ name, seconds }) => ({
    round: Number(name),
    movedMs: seconds * 1_000,
  }));
  return { path: join(destination.path, trash), rounds: rounds.sort((a, b) => a.round - b.round) };
}

/** Removes the empty directories; other migrations may still have theirs. Restores the root's times. */
function removeEmpty(rootFd: number, migration: string): void {
  statOpen(rootFd, rootStat, 'destination', '');
  for (const path of [trashPath(migration), TRASH]) {
    unlinkat(rootFd, nameAddress(path), AT.REMOVEDIR);
  }
  setTimes(rootFd, rootStat, '');
}

function withDestination<T>({ destination, identity }: TrashPlace, use: (fd: number) => T): T {
  const { fd } = openTree(destination.path, 'DESTINATION_MISSING');
  try {
    proveTree('destination', destination, identity, fd);
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
