import { expect, test } from '@jest/globals';
import { ReadProbe } from '../../../../src/engines/posix/jobs/readable.ts';
import { newStatBuffer, WORD } from '../../../../src/engines/posix/native/statx.ts';

function file(mode: number, uid = 7, gid = 70) {
  const stat = newStatBuffer();
  stat.u32[WORD.uid] = uid;
  stat.u32[WORD.gid] = gid;
  stat.u32[WORD.mode] = 0o100000 | mode;
  return stat;
}

test.each([
  ['the owner, who may read,', 0o400, 7, 1, false],
  ['the owner, who may not read,', 0o044, 7, 1, true],
  ['a group member, who may read,', 0o040, 8, 70, false],
  ['a group member, who may not read,', 0o404, 8, 70, true],
  ['another user, who may read,', 0o004, 8, 1, false],
  ['another user, who may not read,', 0o440, 8, 1, true],
])('%s of a file with mode %o', (_, mode, uid, gid, needed) => {
  const probe = new ReadProbe({ uid, gids: new Set([gid]) });

  expect(probe.isNeeded(file(mode))).toBe(needed);
  expect(probe.isNeeded(file(mode))).toBe(needed);
});

test('root opens one private file per directory', () => {
  const probe = new ReadProbe({ uid: 0, gids: new Set([0]) });

  expect([0o644, 0o600, 0o600].map((mode) => probe.isNeeded(file(mode)))).toEqual([
    false,
    true,
    false,
  ]);
});
