/**
 * Thread side: further names of a file that has several. The first name (in the order of paths) is
 * copied, the others are linked to it at the destination, under a temporary name first.
 */
import { nameOf, parentOf, type RawPath } from '../../../paths.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import { after, before, fileStat, statName } from '../native/file-stat.ts';
import type { JobBase } from '../threads/messages.ts';
import { check } from '../native/errno.ts';
import { nameAddress, temporaryAddress } from '../native/names.ts';
import { openOrMake, withPair, type RootFds } from '../write/open-pair.ts';
import { renameIntoPlace } from '../write/rename-into-place.ts';
import { close, linkat, statxField as field } from '../native/libc.ts';
import { onceName } from '../write/own-names.ts';

export interface LinkEntriesJob extends JobBase, RootFds {
  readonly type: 'link entries';
  readonly links: readonly { readonly owner: RawPath; readonly path: RawPath }[];
}

export interface LinkEntriesResult {
  /** One for each link; `name` is the whole path. */
  readonly outcomes: readonly EntryOutcome[];
}

export function linkEntries(job: LinkEntriesJob): LinkEntriesResult {
  return {
    outcomes: job.links.map(({ owner, path }) => {
      try {
        return link(job, owner, path);
      } catch (thrown) {
        return outcomeOf(path, thrown);
      }
    }),
  };
}

function link(roots: RootFds, owner: RawPath, path: RawPath): EntryOutcome {
  return withPair(roots, parentOf(path), (pair) => {
    check(statName(pair.sourceFd, nameOf(path), before), 'stat', 'source', path);
    const stat = fileStat(before);
    const ownerFd = openOrMake(roots.destinationFd, parentOf(owner));
    try {
      check(statName(ownerFd, nameOf(owner), after), 'stat', 'destination', owner);
      if (isLinked(pair.destinationFd, nameOf(path)))
        return { name: path, outcome: 'copied', bytes: 0, stat };
      const temporary = onceName();
      check(
        linkat(
          ownerFd,
          nameAddress(nameOf(owner)),
          pair.destinationFd,
          temporaryAddress(temporary),
          0,
        ),
        'link',
        'destination',
        path,
      );
      renameIntoPlace(
        pair.destinationFd,
        temporaryAddress(temporary),
        nameAddress(nameOf(path)),
        path,
      );
      return { name: path, outcome: 'copied', bytes: 0, stat };
    } finally {
      close(ownerFd);
    }
  });
}

/** Whether the name already is the inode in `after`. rename(2) of two links to one inode does nothing. */
function isLinked(directoryFd: number, name: RawPath): boolean {
  const inode = field.inode(after);
  return statName(directoryFd, name, before) === 0 && field.inode(before) === inode;
}
