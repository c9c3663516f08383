/**
 * Converts scopes and exclusions to DataSync's filters: patterns joined by '|', relative to the root of
 * the source location. '/dir' matches the directory and everything below it; '*' matches any characters
 * including slashes, in an include only at the end. Throws UNSUPPORTED for what a filter cannot express
 * exactly: an exclude that matches too much would silently leave files behind.
 */
import type { DirectorySummary } from '../chunks/plan.ts';
import { LonghaulError } from '../../errors/failure.ts';
import { isWithin, isWithinAny, printable, rawToBytes, type RawPath } from '../../paths.ts';
import type { PathScope } from './scope.ts';

export interface ScopeFilters {
  /** Absent: includes everything. */
  readonly includes?: string;
  readonly excludes?: string;
}

export interface Exclusions {
  /** In .gitignore syntax. */
  readonly patterns: readonly string[];
  readonly paths: Iterable<RawPath>;
}

/** Quota of the service for one filter. */
export const MAX_FILTER_CHARACTERS = 102_400;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Returns the path in filter syntax; undefined when no filter matches exactly this path. */
export function filterText(path: RawPath): string | undefined {
  let text: string;
  try {
    text = utf8.decode(rawToBytes(path));
  } catch {
    return undefined;
  }
  // Some interfaces strip line breaks and leading or trailing blanks of a filter.
  return /[*|\\\0\r\n]|^\s|\s$|\/\s|\s\//.test(text) ? undefined : `/${text}`;
}

/** Throws UNSUPPORTED, naming the path or pattern that no filter can express. */
export function scopeFilters(
  { roots, without }: PathScope,
  { patterns, paths }: Exclusions,
): ScopeFilters {
  const includes = roots.includes('') ? [] : roots.map((root) => textOrThrow(root, 'chunk'));
  const inside = [...without, ...paths].filter((path) => isWithinAny(path, roots));
  const excludes = [
    ...new Set([
      ...inside.map((path) => textOrThrow(path, 'exclusion')),
      ...patterns.flatMap((pattern) => relevantFor(roots, excludeOrThrow(pattern))),
    ]),
  ];
  return {
    ...(includes.length === 0 ? {} : { includes: joined(includes) }),
    ...(excludes.length === 0 ? {} : { excludes: joined(excludes) }),
  };
}

/** Drops directories that no filter can name, so that chunks are cut only along the others. */
export function* filterable(summaries: Iterable<DirectorySummary>): Generator<DirectorySummary> {
  for (const summary of summaries)
    if (summary.path === '' || filterText(summary.path) !== undefined) yield summary;
}

/**
 * Converts a .gitignore pattern to an exclude filter. Returns undefined when no filter is equivalent:
 * DataSync's '*' crosses directories, and it has no '?', no character classes and no negation.
 */
export function excludeFilter(pattern: string): string | undefined {
  const trimmed = pattern.replace(/^\*\*\//, '').replace(/\/$/, '');
  if (trimmed === '' || /[?[\]!\\|\0\r\n#]|\*\*|.\*./.test(trimmed)) return undefined;
  if (trimmed.startsWith('/')) return trimmed;
  // In .gitignore, an inner slash anchors the pattern at the root.
  if (trimmed.includes('/')) return trimmed.startsWith('*') ? undefined : `/${trimmed}`;
  return trimmed.startsWith('*') ? trimmed : `*/${trimmed}`;
}

function excludeOrThrow(pattern: string): string {
  const filter = excludeFilter(pattern);
  if (filter !== undefined) return filter;
  throw new LonghaulError('UNSUPPORTED', `DataSync has no filter for the exclusion "${pattern}"`, {
    hint: 'Write it as /path, name, name* or *.suffix, or remove it.',
  });
}

/** Drops an anchored filter that matches nothing in the roots. */
function relevantFor(roots: readonly RawPath[], filter: string): readonly string[] {
  if (!filter.startsWith('/') || filter.endsWith('*')) return [filter];
  const at = Buffer.from(filter.slice(1), 'utf8').toString('latin1');
  return roots.some((root) => isWithin(at, root) || isWithin(root, at)) ? [filter] : [];
}

function textOrThrow(path: RawPath, what: string): string {
  const text = filterText(path);
  if (text !== undefined) return text;
  throw new LonghaulError('UNSUPPORTED', `DataSync cannot name this ${what} in a filter`, {
    path: printable(path),
    hint: 'Rename it at the source, or use its parent directory.',
  });
}

function joined(patterns: readonly string[]): string {
  const filter = patterns.join('|');
  if (filter.length <= MAX_FILTER_CHARACTERS) return filter;
  throw new LonghaulError(
    'UNSUPPORTED',
    `${patterns.length} patterns make a filter of ${filter.length} characters; the limit of DataSync is ${MAX_FILTER_CHARACTERS}`,
    { hint: 'Exclude whole directories instead of single entries.' },
  );
}
