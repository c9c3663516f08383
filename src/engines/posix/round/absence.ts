/** Decides what is known about a directory that the catalog has and the manifest does not have. */
import type { DirectoryBlock } from '../../../model/entry.ts';
import { isWithin, parentOf, type RawPath } from '../../../paths.ts';
import { S_IFDIR, S_IFMT } from '../native/statx.ts';

/** Why a name is not in the manifest. */
export type Absence =
  | 'gone' // proven: it no longer exists at the source
  | 'covered' // excluded, an exception, or part of another chunk: it was not scanned
  | 'unknown'; // its directory, or one above it, could not be listed

/** The directories above the current one, each with its listing or its absence. */
export class Ancestors {
  private readonly above: { readonly path: RawPath; readonly is: DirectoryBlock | Absence }[] = [];
  private readonly without: ReadonlySet<RawPath>;

  /** `without`: directories that belong to other chunks. */
  constructor(without: ReadonlySet<RawPath>) {
    this.without = without;
  }

  /**
   * Enters a directory; `listing` is undefined if the manifest does not have it. Returns the absence of
   * the names that the listing lacks. Directories must be entered in comparePaths order.
   */
  enter(path: RawPath, listing: DirectoryBlock | undefined): Absence {
    const is = listing ?? this.absenceOf(path);
    this.leave(path);
    this.above.push({ path, is });
    if (typeof is === 'string') return is;
    return is.complete ? 'gone' : 'unknown';
  }

  /**
   * The nearest ancestor decides. It may not be the parent: a directory that vanished while its entries
   * were copied is in neither catalog.
   */
  private absenceOf(path: RawPath): Absence {
    if (this.isInOtherChunk(path)) return 'covered';
    this.leave(path);
    const ancestor = this.above.at(-1);
    if (ancestor === undefined || path === ancestor.path) return 'unknown';
    if (typeof ancestor.is === 'string') return ancestor.is;
    return absenceIn(ancestor.is, stepTo(path, ancestor.path));
  }

  private isInOtherChunk(path: RawPath): boolean {
    for (let at = path; at !== ''; at = parentOf(at)) if (this.without.has(at)) return true;
    return this.without.has('');
  }

  private leave(path: RawPath): void {
    while (this.above.length > 0 && !isWithin(path, this.above.at(-1)!.path)) this.above.pop();
  }
}

/** Returns the name in `ancestor` on the way to `path`. */
function stepTo(path: RawPath, ancestor: RawPath): RawPath {
  const below = ancestor === '' ? path : path.slice(ancestor.length + 1);
  return below.split('/', 1)[0]!;
}

function absenceIn(listing: DirectoryBlock, name: RawPath): Absence {
  const entry = listing.entries.find((candidate) => candidate.name === name);
  if (entry === undefined) return listing.complete ? 'gone' : 'unknown';
  switch (entry.status) {
    case 'excluded':
    case 'excepted':
      return 'covered';
    case 'vanished':
      return 'gone';
    case 'seen':
      // The directory was listed by its parent, but it could not be opened afterwards.
      return (entry.mode & S_IFMT) === S_IFDIR ? 'unknown' : 'gone';
    default:
      return 'unknown';
  }
}
