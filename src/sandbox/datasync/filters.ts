/**
 * Include and exclude filters: patterns joined by '|', relative to the source location. In an
 * include '*' may only stand at the end; in an exclude anywhere. '\|' and '\\' are literal.
 * '/dir' means the directory and all below it. Source: user guide, "Filtering data".
 */
import { invalidRequest } from '../wire/service-error.ts';
import type { Filter } from '../world/datasync.ts';

/** Names that the service always excludes. */
const ALWAYS_EXCLUDED = /(\.snapshot$)|(^\/(?:.*\/)?(\.aws-datasync|\.awssync|\.zfs)(\/|$))/;

/** Returns true when a path ('/a/b', from the root of the location) passes the filters. */
export type Scope = (path: string) => boolean;

export function scopeOf(includes: readonly Filter[], excludes: readonly Filter[]): Scope {
  const included = patternsOf(includes).map(includePattern);
  const excluded = patternsOf(excludes).map((pattern) => regexOf(pattern));
  return (path) =>
    !ALWAYS_EXCLUDED.test(path) &&
    (included.length === 0 || included.some((regex) => regex.test(path))) &&
    !excluded.some((regex) => regex.test(path));
}

function patternsOf(filters: readonly Filter[]): readonly string[] {
  // Names are raw bytes, filters are text.
  return filters
    .flatMap(({ Value }) => split(Buffer.from(Value).toString('latin1')))
    .filter((pattern) => pattern !== '');
}

function split(value: string): readonly string[] {
  const parts = [''];
  for (let i = 0; i < value.length; i++) {
    const c = value.charAt(i);
    if (c === '\\' && i + 1 < value.length) parts[parts.length - 1] += c + value.charAt(++i);
    else if (c === '|') parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts;
}

function includePattern(pattern: string): RegExp {
  const star = pattern.indexOf('*');
  if (star >= 0 && star !== pattern.length - 1) {
    throw invalidRequest(
      `Invalid include filter ${pattern}: * is allowed only as the rightmost character.`,
    );
  }
  return regexOf(pattern);
}

function regexOf(pattern: string): RegExp {
  const trimmed = pattern.length > 1 ? pattern.replace(/\/$/, '') : pattern;
  const body = trimmed.replace(/\\(.)|[\\^$.*+?()[\]{}|/]/g, (c, escaped: string | undefined) =>
    escaped !== undefined ? `\\${escaped}` : c === '*' ? '.*' : `\\${c}`,
  );
  const anchored = trimmed.startsWith('/') ? '^' : '(^|/)';
  return new RegExp(`${anchored}${body}(/|$)`, 's');
}
