/** What became of a directory that the catalog knows and the manifest does not have. */
import type { DirectoryBlock } from '../../../model/entry.ts';
import { isWithin, parentOf, type RawPath } from '../../../paths.ts';
import { S_IFDIR, S_IFMT } from '../native/statx.ts';

export type Fate =
  | 'gone' // it is not at the source any more
  | 'covered' // left out by a rule or an exception, or another chunk's: not looked into
  | 'unknown'; // it could not be listed, or that which holds it could not

/** The directories above the one that is being compared, each as listed or with its own fate. */
export class Lineage {
  private readonly above: { readonly path: RawPath; readonly is: DirectoryBlock | Fate }[] = [];
  private readonly without: ReadonlySet<RawPath>;

  /** `without`: directories in the tree that are another chunk's. */
  constructor(without: ReadonlySet<RawPath>) {
    this.without = without;
  }

  /** Directories must be entered in comparePaths order. */
  enter(path: RawPath, is: DirectoryBlock | Fate): void {
    this.leave(path);
    this.above.push({ path, is });
  }

  /**
   * The fate of a directory that is not in the manifest; ask before it is entered. What holds it may be
   * in neither catalog: a directory that went away while what it holds was copied is not kept.
   */
  fateOf(path: RawPath): Fate {
    if (this.isAnotherChunks(path)) return 'covered';
    this.leave(path);
    const holder = this.above.at(-1);
    if (holder === undefined || path === holder.path) return 'unknown';
    return typeof holder.is === 'string' ? holder.is : fateIn(holder.is, stepTo(path, holder.path));
  }

  private isAnotherChunks(path: RawPath): boolean {
    for (let at = path; at !== ''; at = parentOf(at)) if (this.without.has(at)) return true;
    return this.without.has('');
  }

  private leave(path: RawPath): void {
    while (this.above.length > 0 && !isWithin(path, this.above.at(-1)!.path)) this.above.pop();
  }
}

/** The name in `holder` on the way to `path`. */
function stepTo(path: RawPath, holder: RawPath): RawPath {
  const below = holder === '' ? path : path.slice(holder.length + 1);
  return below.split('/', 1)[0]!;
}

function fateIn(parent: DirectoryBlock, name: RawPath): Fate {
  const entry = parent.entries.find((candidate) => candidate.name === name);
  if (entry === undefined) return parent.complete ? 'gone' : 'unknown';
  switch (entry.status) {
    case 'excluded':
    case 'excepted':
      return 'covered';
    case 'vanished':
      return 'gone';
    case 'seen':
      // A directory that was seen, but could not be opened any more, may be anywhere.
      return (entry.mode & S_IFMT) === S_IFDIR ? 'unknown' : 'gone';
    default:
      return 'unknown';
  }
}
