/** Splitting a scope that is too big for one execution. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isWithin } from '../../../src/paths.ts';
import { splitScope } from '../../../src/policy/datasync/split-scope.ts';

describe('a scope that is split', () => {
  test('is cut along its known directories, and its last part covers everything else', () => {
    const parts = splitScope({ roots: ['a'], without: ['a/other'] }, [
      { path: 'a/big', entries: 100 },
      { path: 'a/mid', entries: 60 },
      { path: 'a/low', entries: 30 },
      { path: 'a/big/deep', entries: 50 },
    ]);

    expect(parts).toEqual([
      { roots: ['a/big'], without: [] },
      { roots: ['a/low', 'a/mid'], without: [] },
      { roots: ['a'], without: ['a/big', 'a/low', 'a/mid', 'a/other'] },
    ]);
  });

  test('stays whole without a known directory', () => {
    expect(splitScope({ roots: ['a'], without: [] }, [])).toBeUndefined();
  });

  test('covers every path exactly once', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const inScope = (
      at: string,
      { roots, without }: { roots: readonly string[]; without: readonly string[] },
    ) => roots.some((root) => isWithin(at, root)) && !without.some((root) => isWithin(at, root));
    fc.assert(
      fc.property(fc.uniqueArray(path), fc.uniqueArray(path), path, (known, others, asked) => {
        const scope = {
          roots: [''],
          without: others.filter((o) => !others.some((p) => p !== o && isWithin(o, p))),
        };
        const parts = splitScope(
          scope,
          known.map((at) => ({ path: at, entries: at.length })),
        );
        if (parts === undefined) return;
        const times = parts.filter((part) => inScope(asked, part)).length;
        expect(times).toBe(inScope(asked, scope) ? 1 : 0);
      }),
    );
  });
});
