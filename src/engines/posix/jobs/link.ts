/**
 * Creates the further names of files with several hard links. The first name, in path order, is copied
 * before; this job links the others to it at the destination, under a temporary name first.
 */
import { nameOf, parentOf, type RawPath } from '../../../paths.ts';
import { check } from '../native/errno.ts';
import { fileStat, statName } from '../native/file-stat.ts';
import { close, linkat } from '../native/libc.ts';
import { nameAddress, temporaryAddress } from '../native/names.ts';
import { newStatBuffer, statxField as field } from '../native/statx.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import type { JobBase } from '../threads/messages.ts';
import { openOrMake, withPair, type DirectoryFds } from '../write/open-pair.ts';
import { onceName } from '../write/own-names.ts';
import { renameIntoPlace } from '../write/rename-into-place.ts';
import { SourceEntry } from '../write/source-entry.ts';

export interface LinkEntriesJob extends JobBase, DirectoryFds {
  readonly type: 'link entries';
  readonly links: readonly { readonly owner: RawPath; readonly path: RawPath }[];
}

export interface LinkEntriesResult {
  /** One for each link; `name` is the whole path. */
  readonly outcomes: readonly EntryOutcome[];
}

const source = new SourceEntry();
const ownerStat = newStatBuffer();
const existingStat = newStatBuffer();

export function linkEntries(job: LinkEntriesJob): LinkEntriesResult {
  return {
    outcomes: job.links.map(({ owner, path }) => {
      try {
        return linkEntry(job, owner, path);
      } catch (thrown) {
        return outcomeOf(path, thrown);
      }
    }),
  };
}

function linkEntry(roots: DirectoryFds, owner: RawPath, path: RawPath): EntryOutcome {
  return withPair(roots, parentOf(path), ({ sourceFd, destinationFd }) => {
    source.lookUp(sourceFd, nameOf(path), path);
    const stat = fileStat(source.stat);
    const ownerFd = openOrMake(roots.destinationFd, parentOf(owner));
    try {
      check(statName(ownerFd, nameOf(owner), ownerStat), 'stat', 'destination', owner);
      if (!isLinked(destinationFd, nameOf(path))) link(ownerFd, owner, destinationFd, path);
    } finally {
      close(ownerFd);
    }
    return { name: path, outcome: 'copied', bytes: 0, stat };
  });
}

/** Returns true if the name already is the owner's inode: renaming one link over another does nothing. */
function isLinked(directoryFd: number, name: RawPath): boolean {
  if (statName(directoryFd, name, existingStat) < 0) return false;
  return field.inode(existingStat) === field.inode(ownerStat);
}

function link(ownerFd: number, owner: RawPath, directoryFd: number, path: RawPath): void {
  const temporary = onceName();
  const [from, to] = [nameAddress(nameOf(owner)), temporaryAddress(temporary)];
  check(linkat(ownerFd, from, directoryFd, to, 0), 'link', 'destination', path);
  renameIntoPlace(directoryFd, to, nameAddress(nameOf(path)), path);
}
