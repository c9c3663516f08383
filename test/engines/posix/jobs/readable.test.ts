import { expect, test } from '@jest/globals';
import { ReadQuestion } from '../../../../src/engines/posix/jobs/readable.ts';
import { allocate, STATX_SIZE } from '../../../../src/engines/posix/native/libc.ts';

function file(mode: number, uid = 7, gid = 70) {
  const stat = allocate(STATX_SIZE);
  stat.u32[5] = uid;
  stat.u32[6] = gid;
  stat.u32[7] = 0o100000 | mode;
  return stat;
}

test.each([
  ['its owner', 0o400, 7, 1, false],
  ['its owner, who may not', 0o044, 7, 1, true],
  ['one of its group', 0o040, 8, 70, false],
  ['one of its group, who may not', 0o404, 8, 70, true],
  ['somebody else', 0o004, 8, 1, false],
  ['somebody else, who may not', 0o440, 8, 1, true],
])('%s, of a file of mode %o', (_, mode, uid, gid, doubtful) => {
  const asks = new ReadQuestion({ uid, gids: new Set([gid]) });

  expect(asks.isDoubtful(file(mode))).toBe(doubtful);
  expect(asks.isDoubtful(file(mode))).toBe(doubtful);
});

test('root asks for one private file a directory', () => {
  const asks = new ReadQuestion({ uid: 0, gids: new Set([0]) });

  expect([0o644, 0o600, 0o600].map((mode) => asks.isDoubtful(file(mode)))).toEqual([
    false,
    true,
    false,
  ]);
});
