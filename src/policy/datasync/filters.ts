/**
 * From chunks and exclusions to DataSync's filters: patterns joined by '|', from the root of the source
 * location. '/dir' is the directory and all below it; '*' stands for anything, slashes too, and only at
 * the end of an include. What a filter cannot say exactly is refused: an exclude that matches more than
 * it should would leave files behind without a word.
 */
import type { DirectorySummary } from '../chunks/plan.ts';
import { LonghaulError } from '../../errors/failure.ts';
import { isWithin, isWithinAny, printable, rawToBytes, type RawPath } from '../../paths.ts';

/** Subtrees minus subtrees. */
export interface Scope {
  readonly roots: readonly RawPath[];
  readonly without: readonly RawPath[];
}

export interface ScopeFilters {
  /** Absent: everything. */
  readonly includes?: string;
  readonly excludes?: string;
}

export interface LeftOut {
  /** As in .gitignore. */
  readonly patterns: readonly string[];
  readonly paths: Iterable<RawPath>;
}

/** The service's limit for one filter, in characters. */
export const MOST_FILTER_CHARACTERS = 102_400;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The path as the service takes it; undefined when a filter cannot name it and nothing else. */
export function filterText(path: RawPath): string | undefined {
  let text: string;
  try {
    text = utf8.decode(rawToBytes(path));
  } catch {
    return undefined;
  }
  // Line breaks and blanks at an end do not survive every way into a filter.
  return /[*|\\\0\r\n]|^\s|\s$|\/\s|\s\//.test(text) ? undefined : `/${text}`;
}

/** Throws UNSUPPORTED, with the path or pattern that a filter cannot say. */
export function scopeFilters(
  { roots, without }: Scope,
  { patterns, paths }: LeftOut,
): ScopeFilters {
  const includes = roots.includes('') ? [] : roots.map((root) => textOrThrow(root, 'chunk'));
  const inside = [...without, ...paths].filter((path) => isWithinAny(path, roots));
  const excludes = [
    ...new Set([
      ...inside.map((path) => textOrThrow(path, 'exclusion')),
      ...patterns.flatMap((pattern) => relevant(excludeOrThrow(pattern), roots)),
    ]),
  ];
  return {
    ...(includes.length === 0 ? {} : { includes: joined(includes) }),
    ...(excludes.length === 0 ? {} : { excludes: joined(excludes) }),
  };
}

/** Names that no filter can say stay with the nearest directory above that has one that can. */
export function* filterable(summaries: Iterable<DirectorySummary>): Generator<DirectorySummary> {
  for (const summary of summaries)
    if (summary.path === '' || filterText(summary.path) !== undefined) yield summary;
}

/**
 * The exclude filter that means the same as a pattern of .gitignore. Undefined when there is none:
 * DataSync's '*' crosses directories, and it has no '?', no classes and no negation.
 */
export function excludeFilter(pattern: string): string | undefined {
  const trimmed = pattern.replace(/^\*\*\//, '').replace(/\/$/, '');
  if (trimmed === '' || /[?[\]!\\|\0\r\n#]|\*\*|.\*./.test(trimmed)) return undefined;
  if (trimmed.startsWith('/')) return trimmed;
  // A slash inside anchors a pattern at the root.
  if (trimmed.includes('/')) return trimmed.startsWith('*') ? undefined : `/${trimmed}`;
  return trimmed.startsWith('*') ? trimmed : `*/${trimmed}`;
}

function excludeOrThrow(pattern: string): string {
  const filter = excludeFilter(pattern);
  if (filter !== undefined) return filter;
  throw new LonghaulError('UNSUPPORTED', `DataSync has no filter for the exclusion "${pattern}"`, {
    hint: 'Write it as /path, name, name* or *.suffix, or leave it out.',
  });
}

/** An anchored pattern that lies in none of the roots is none of their business. */
function relevant(filter: string, roots: readonly RawPath[]): readonly string[] {
  if (!filter.startsWith('/') || filter.endsWith('*')) return [filter];
  const at = Buffer.from(filter.slice(1), 'utf8').toString('latin1');
  return roots.some((root) => isWithin(at, root) || isWithin(root, at)) ? [filter] : [];
}

function textOrThrow(path: RawPath, what: string): string {
  const text = filterText(path);
  if (text !== undefined) return text;
  throw new LonghaulError('UNSUPPORTED', `DataSync cannot name this ${what} in a filter`, {
    path: printable(path),
    hint: 'Rename it at the source, or take its parent directory.',
  });
}

function joined(patterns: readonly string[]): string {
  const filter = patterns.join('|');
  if (filter.length <= MOST_FILTER_CHARACTERS) return filter;
  throw new LonghaulError(
    'UNSUPPORTED',
    `${patterns.length} patterns make a filter of ${filter.length} characters; DataSync takes ${MOST_FILTER_CHARACTERS}`,
    { hint: 'Exclude whole directories instead of single entries.' },
  );
}
