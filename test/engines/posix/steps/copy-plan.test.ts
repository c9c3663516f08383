/** The plan of a first copy, from what the scan noted, against the one that looks at each entry. */
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { planCopy } from '../../../../src/engines/posix/steps/copy-plan.ts';
import { buildWorklist } from '../../../../src/engines/posix/round/build-worklist.ts';
import { makePlace, makeTree } from '../scan-tree.ts';

let place: ReturnType<typeof makePlace>;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const at = (...names: string[]) => join(place.source, ...names);
const LARGE_BYTES = 1000;
const NONE = new Set<string>();

const build = (setAside: number | undefined) =>
  buildWorklist({
    catalogPath: join(place.round, 'base'),
    roundDirectory: place.round,
    setAside,
  });
const plan = (exceptions = NONE) => {
  const { directories, ...rest } = planCopy(place.round, exceptions, LARGE_BYTES);
  return { ...rest, directories: [...directories].sort() };
};

/** The plan as it is made, and as it is when every entry is looked at. */
async function plans(exceptions = NONE) {
  const { setAside } = await place.scan();
  await build(setAside);
  const quick = plan(exceptions);
  await build(undefined);
  const each = plan(exceptions);
  expect(each.isAllNew).toBe(false);
  return { quick, each };
}

test('a plan from totals equals the plan from each entry when all are copied in order', async () => {
  makeTree(place.source, 20, 3);
  mkdirSync(at('empty', 'below'), { recursive: true });
  symlinkSync('nowhere', at('link'));
  writeFileSync(at('just small enough'), 'x'.repeat(LARGE_BYTES));

  const { quick, each } = await plans();

  expect(quick).toEqual({ ...each, isAllNew: true });
  expect(each).toMatchObject({ large: [], groups: [] });
  expect(each.directories).toContain('empty/below');
});

test('a plan names the large files and the hard links', async () => {
  makeTree(place.source, 3, 2);
  writeFileSync(at('large'), 'x'.repeat(LARGE_BYTES + 1));
  linkSync(at('top-0', 'dir-0', 'file-0'), at('name'));

  const { quick, each } = await plans();

  expect(quick).toEqual({ ...each, isAllNew: true });
  expect(each.large).toEqual(['large']);
  expect(each.groups).toEqual([{ owner: 'name', others: ['top-0/dir-0/file-0'], nlink: 2 }]);
});

test('a plan leaves out accepted exceptions', async () => {
  makeTree(place.source, 3, 2);

  const { quick, each } = await plans(new Set(['top-1']));

  expect(quick).toEqual({ ...each, isAllNew: true });
  expect(each.entries).toBe(8); // of 12: without top-1, its directory and two files
});

test('a plan reads each entry when the summary of the scan is damaged', async () => {
  makeTree(place.source, 3, 2);
  linkSync(at('top-0', 'dir-0', 'file-0'), at('name'));
  const { setAside } = await place.scan();
  await build(setAside);
  writeFileSync(join(place.round, 'scan.json'), '{"heading":');

  expect(plan().groups).toHaveLength(1);
});
