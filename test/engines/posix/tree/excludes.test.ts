import { describe, expect, test } from '@jest/globals';
import { compileExcludes } from '../../../../src/engines/posix/tree/excludes.ts';
import { rawFromText } from '../../../../src/paths.ts';

const excluded = (patterns: string[], path: string, isDirectory = false, defaults = false) =>
  compileExcludes({ patterns, defaults }).isExcluded(path, isDirectory);

describe('exclude patterns', () => {
  test.each`
    pattern      | path                | isDirectory | expected
    ${'*.tmp'}   | ${'a/b/x.tmp'}      | ${false}    | ${true}
    ${'*.tmp'}   | ${'a/x.tmp2'}       | ${false}    | ${false}
    ${'cache/'}  | ${'a/cache'}        | ${true}     | ${true}
    ${'cache/'}  | ${'a/cache'}        | ${false}    | ${false}
    ${'/top'}    | ${'top'}            | ${false}    | ${true}
    ${'/top'}    | ${'a/top'}          | ${false}    | ${false}
    ${'a/**/z'}  | ${'a/b/c/z'}        | ${false}    | ${true}
    ${'readme'}  | ${'README'}         | ${false}    | ${false}
    ${'*.tmp'}   | ${'new\nline.tmp'}  | ${false}    | ${true}
    ${'*.tmp'}   | ${'\xff\xfe.tmp'}   | ${false}    | ${true}
    ${'bad-%FF'} | ${'bad-\xff'}       | ${false}    | ${true}
    ${'ä'}       | ${rawFromText('ä')} | ${false}    | ${true}
    ${'ä'}       | ${'\xe4'}           | ${false}    | ${false}
    ${'-x'}      | ${'-x'}             | ${false}    | ${true}
  `('$pattern on $path (directory: $isDirectory): $expected', (row) => {
    const { pattern, path, isDirectory, expected } = row as {
      pattern: string;
      path: string;
      isDirectory: boolean;
      expected: boolean;
    };

    expect(excluded([pattern], path, isDirectory)).toBe(expected);
  });

  test('a later pattern overrides an earlier one', () => {
    expect(excluded(['*.log', '!keep.log'], 'keep.log')).toBe(false);
  });

  test('never exclude the root', () => {
    expect(excluded(['*'], '', true)).toBe(false);
  });

  test.each(['.longhaul-x1', 'a/.longhaul-trash'])('always exclude %s', (path) => {
    expect(excluded([], path)).toBe(true);
  });

  test.each`
    path                                | isDirectory | expected
    ${'a/.nfs0123456789abcdef01234567'} | ${false}    | ${true}
    ${'a/.nfs0123'}                     | ${false}    | ${false}
    ${'.snapshot'}                      | ${true}     | ${true}
    ${'.snapshots'}                     | ${true}     | ${true}
    ${'~snapshot'}                      | ${true}     | ${true}
    ${'lost+found'}                     | ${true}     | ${true}
    ${'lost+found'}                     | ${false}    | ${false}
    ${'a/lost+found'}                   | ${true}     | ${false}
    ${'a/.snapshots'}                   | ${true}     | ${false}
  `('by default, $path (directory: $isDirectory): $expected', (row) => {
    const { path, isDirectory, expected } = row as {
      path: string;
      isDirectory: boolean;
      expected: boolean;
    };

    expect(excluded([], path, isDirectory, true)).toBe(expected);
    expect(excluded(['*.unrelated'], path, isDirectory, true)).toBe(expected);
    expect(excluded([], path, isDirectory, false)).toBe(false);
  });

  test('apply to more paths than the matcher caches', () => {
    const excludes = compileExcludes({ patterns: ['*.tmp'], defaults: true });

    const hits = Array.from({ length: 25_000 }, (_, i) => excludes.isExcluded(`d/${i}.tmp`, false));

    expect(hits.every(Boolean)).toBe(true);
  });
});
