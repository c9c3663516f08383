/**
 * Which paths are left out. Patterns are those of .gitignore, relative to the root of the tree, and
 * match bytes as git does, so that names that are not UTF-8 are matched like any other; a byte can be
 * written %XX. Case counts. longhaul's own temporary names and trash are always left out.
 *
 * An excluded directory stands for its subtree: whoever walks does not descend into it, so only
 * paths whose parents are not excluded are asked for.
 */
import { createRequire } from 'node:module';
import type ignoreType from 'ignore';
import type { Ignore } from 'ignore';
import { fromPrintable, joinRaw, nameOf, parentOf, type RawPath } from '../../../paths.ts';

// Imported, Node would search the text of a CommonJS module for its exports, in every thread anew; and
// most names need no look at the patterns.
let loaded: typeof ignoreType | undefined;
const ignore = (): typeof ignoreType =>
  (loaded ??= createRequire(import.meta.url)('ignore') as typeof ignoreType);

/** Every name that longhaul makes for itself in a tree begins so. */
export const OWN_PREFIX = '.longhaul-';

/** What is left out unless the spec says `defaultExcludes: false`. */
export const DEFAULT_EXCLUDES: readonly string[] = [
  '.nfs????????????????????????', // open files that were deleted over NFS (silly rename)
  '/.snapshot/', // snapshots: NetApp, Isilon, …
  '/.snapshots/',
  '/~snapshot/',
  '/lost+found/',
];
/** What the names of DEFAULT_EXCLUDES begin with: most names need no look at the patterns. */
const DEFAULT_INITIALS = '.~l';

export interface ExcludeRules {
  readonly patterns: readonly string[];
  readonly defaults: boolean;
}

export interface Excludes {
  isExcluded(path: RawPath, isDirectory: boolean): boolean;
  /** The same for a name in a directory; makes no path unless the patterns need one. */
  isNameExcluded(directory: RawPath, name: RawPath, isDirectory: boolean): boolean;
}

/** `ignore` remembers every path it was asked for; it is begun anew before that becomes much. */
const MEMORY = 10_000;

export function compileExcludes({ patterns, defaults }: ExcludeRules): Excludes {
  const all = [...(defaults ? DEFAULT_EXCLUDES : []), ...patterns.map(fromPrintable)];
  const onlyDefaults = patterns.length === 0;
  let matcher: Ignore;
  let asked = MEMORY;
  const isNameExcluded = (directory: RawPath, name: RawPath, isDirectory: boolean): boolean => {
    if (name.startsWith(OWN_PREFIX)) return true;
    if (all.length === 0) return false;
    if (onlyDefaults && !DEFAULT_INITIALS.includes(name[0]!)) return false;
    if (asked++ >= MEMORY) {
      matcher = ignore()({ ignorecase: false }).add(all);
      asked = 0;
    }
    const path = joinRaw(directory, name);
    return matcher.ignores(isDirectory ? `${path}/` : path);
  };
  return {
    isNameExcluded,
    isExcluded: (path, isDirectory) =>
      path !== '' && isNameExcluded(parentOf(path), nameOf(path), isDirectory),
  };
}
