/**
 * Decides which paths are excluded. Patterns are those of .gitignore, relative to the root of the tree.
 * They match bytes as git does, also in names that are not UTF-8; a byte can be written %XX. Matching is
 * case-sensitive. longhaul's own temporary files and trash are always excluded.
 *
 * An excluded directory excludes its subtree: callers do not descend into it, so the parent of a path
 * that is checked is never excluded.
 */
import { createRequire } from 'node:module';
import type ignoreType from 'ignore';
import type { Ignore } from 'ignore';
import { fromPrintable, joinRaw, nameOf, parentOf, type RawPath } from '../../../paths.ts';

// Loaded on demand: importing a CommonJS module makes Node parse it for its exports in every thread, and
// most threads never match a pattern.
let loaded: typeof ignoreType | undefined;
const ignore = (): typeof ignoreType =>
  (loaded ??= createRequire(import.meta.url)('ignore') as typeof ignoreType);

/** Prefix of every name that longhaul gives to its own files in a tree. */
export const OWN_PREFIX = '.longhaul-';

/** Patterns that apply unless the spec has `defaultExcludes: false`. */
export const DEFAULT_EXCLUDES: readonly string[] = [
  '.nfs????????????????????????', // files that were deleted over NFS while open (silly rename)
  '/.snapshot/', // snapshots: NetApp, Isilon, …
  '/.snapshots/',
  '/~snapshot/',
  '/lost+found/',
];
/** First characters of the names in DEFAULT_EXCLUDES: most names need no pattern matching. */
const DEFAULT_INITIALS = '.~l';

export interface ExcludeRules {
  readonly patterns: readonly string[];
  readonly defaults: boolean;
}

export interface Excludes {
  isExcluded(path: RawPath, isDirectory: boolean): boolean;
  /** Like `isExcluded`, for a name in a directory; builds a path only if the patterns need one. */
  isNameExcluded(directory: RawPath, name: RawPath, isDirectory: boolean): boolean;
}

/** `ignore` caches every path it has matched, so the matcher is replaced after this many. */
const MAX_CACHED_PATHS = 10_000;

export function compileExcludes({ patterns, defaults }: ExcludeRules): Excludes {
  const all = [...(defaults ? DEFAULT_EXCLUDES : []), ...patterns.map(fromPrintable)];
  const onlyDefaults = patterns.length === 0;
  let matcher: Ignore;
  let matched = MAX_CACHED_PATHS;
  const isNameExcluded = (directory: RawPath, name: RawPath, isDirectory: boolean): boolean => {
    if (name.startsWith(OWN_PREFIX)) return true;
    if (all.length === 0) return false;
    if (onlyDefaults && !DEFAULT_INITIALS.includes(name[0]!)) return false;
    if (matched++ >= MAX_CACHED_PATHS) {
      matcher = ignore()({ ignorecase: false }).add(all);
      matched = 0;
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
