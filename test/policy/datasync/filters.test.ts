/** Conversion of scopes and exclusions to DataSync's filters. */
import { describe, expect, test } from '@jest/globals';
import { rawFromText } from '../../../src/paths.ts';
import { excludeFilter, filterText, scopeFilters } from '../../../src/policy/datasync/filters.ts';

describe('a filter', () => {
  test.each([
    ['*.tmp', '*.tmp'],
    ['cache', '*/cache'],
    ['cache/', '*/cache'],
    ['.nfs*', '*/.nfs*'],
    ['/lost+found/', '/lost+found'],
    ['a/b', '/a/b'],
    ['**/node_modules', '*/node_modules'],
    ['a*b', undefined],
    ['*/x/y', undefined],
    ['a/**/b', undefined],
    ['.nfs????', undefined],
    ['[ab]', undefined],
    ['!keep', undefined],
    ['a|b', undefined],
  ])('for the exclusion %s is %s', (pattern, filter) => {
    expect(excludeFilter(pattern)).toBe(filter);
  });

  test.each([
    ['plain/dir', '/plain/dir'],
    [rawFromText('größe'), '/größe'],
    ['a*', undefined],
    ['a|b', undefined],
    ['a\\b', undefined],
    ['a\nb', undefined],
    [' a', undefined],
    ['a /b', undefined],
    ['\xff', undefined],
  ])('names %j as %s', (path, text) => {
    expect(filterText(path)).toBe(text);
  });

  test('for a chunk includes its roots and excludes other chunks, exceptions and patterns inside them', () => {
    expect(
      scopeFilters(
        { roots: ['a', 'b'], without: ['a/x'] },
        { patterns: ['*.tmp', '/b/cache/', '/c/cache/'], paths: ['b/bad', 'c/bad'] },
      ),
    ).toEqual({ includes: '/a|/b', excludes: '/a/x|/b/bad|*.tmp|/b/cache' });
    expect(scopeFilters({ roots: [''], without: [] }, { patterns: [], paths: [] })).toEqual({});
  });

  test('is refused, naming the path or pattern, when it cannot be expressed', () => {
    const scope = { roots: ['a|b'], without: [] };

    expect(() => scopeFilters(scope, { patterns: [], paths: [] })).toThrow(
      'cannot name this chunk',
    );
    expect(() =>
      scopeFilters({ roots: [''], without: [] }, { patterns: ['a?'], paths: [] }),
    ).toThrow('no filter for the exclusion "a?"');
  });

  test('is refused when it is longer than the quota of the service', () => {
    const without = Array.from({ length: 3000 }, (_, i) => `${'x'.repeat(40)}${i}`);

    expect(() => scopeFilters({ roots: [''], without }, { patterns: [], paths: [] })).toThrow(
      '102400',
    );
  });
});
