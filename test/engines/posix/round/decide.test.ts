import { describe, expect, test } from '@jest/globals';
import type { Entry } from '../../../../src/model/entry.ts';
import { workReason } from '../../../../src/engines/posix/round/decide.ts';
import { DIR, file, known } from './entries.ts';

describe('workReason', () => {
  test.each`
    what                                 | over                                 | was                              | expected
    ${'nothing differs'}                 | ${{}}                                | ${{}}                            | ${undefined}
    ${'the size differs'}                | ${{ sizeBytes: 11 }}                 | ${{}}                            | ${'changed'}
    ${'one nanosecond of mtime differs'} | ${{ mtimeNanoseconds: 2 }}           | ${{}}                            | ${'changed'}
    ${'another file under the name'}     | ${{ inode: 6n, ctimeSeconds: 2001 }} | ${{}}                            | ${'changed'}
    ${'only the inode number differs'}   | ${{ inode: 6n }}                     | ${{}}                            | ${undefined}
    ${'the kind differs'}                | ${{ mode: 0o120777 }}                | ${{}}                            | ${'changed'}
    ${'only ctime differs'}              | ${{ ctimeNanoseconds: 3 }}           | ${{}}                            | ${'metadata'}
    ${'the mode differs'}                | ${{ mode: 0o100600 }}                | ${{}}                            | ${'metadata'}
    ${'the owner differs'}               | ${{ uid: 1 }}                        | ${{}}                            | ${'metadata'}
    ${'a directory with another mtime'}  | ${{ mode: DIR, mtimeSeconds: 1 }}    | ${{ mode: DIR }}                 | ${'metadata'}
    ${'it drifted last time'}            | ${{}}                                | ${{ status: 'drifted' }}         | ${'retry'}
    ${'it was blocked last time'}        | ${{}}                                | ${{ status: 'blocked' }}         | ${'retry'}
    ${'it was never read back'}          | ${{}}                                | ${{ status: 'unverified' }}      | ${'retry'}
    ${'it drifted and changed again'}    | ${{ sizeBytes: 11 }}                 | ${{ status: 'drifted' }}         | ${'changed'}
    ${'it was excluded last time'}       | ${{}}                                | ${{ status: 'excluded' }}        | ${'new'}
    ${'it is back before its delete'}    | ${{}}                                | ${{ status: 'awaiting delete' }} | ${'retry'}
  `('$what: $expected', ({ over, was, expected }) => {
    expect(workReason(file('a', over as Partial<Entry>), known('a', was as Partial<Entry>))).toBe(
      expected,
    );
  });
});
