/** A far side that takes the bytes at first and tells only at the close of a file that it could not keep them. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { Link } from '../../src/demo/link/link.ts';
import { longhaul } from '../support/processes/run-longhaul.ts';
import { linkMissing, openLink } from '../support/migrations/demo-link.ts';
import { closeMounts, mountMissing, smallMount } from '../support/trees/mounts.ts';
import { directory, file, leftovers, makeTree, type TreeLiteral } from '../support/trees/tree.ts';

let link: Link | undefined;
let room: string;
afterEach(async () => {
  await link?.close();
  await closeMounts();
  rmSync(room, { recursive: true, force: true });
});

/** The far side's user is nobody: what it makes is nobody's. */
const NOBODY = 65_534;
const owned = { uid: NOBODY, gid: NOBODY };
const names = [...'abcdefgh'];
/** Each is one write, so that nothing is left to write when the far side refuses. */
const FILE_BYTES = 200_000;
const files: TreeLiteral = Object.fromEntries(
  names.map((name) => [name, file(name.repeat(FILE_BYTES), owned)]),
);

/** Files under their own names that are not what the source has. */
const wrongIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter(
    (name) =>
      names.includes(name) &&
      readFileSync(join(folder, name), 'latin1') !== name.repeat(FILE_BYTES),
  );

const missing = linkMissing ?? mountMissing;
const testLink = missing === undefined ? test : test.skip;
testLink(
  `longhaul sync SRC DST, over a link to a disk that is full${missing ? `: skipped, ${missing}` : ''}`,
  async () => {
    room = mkdtempSync(join(tmpdir(), 'longhaul-far-full-'));
    chmodSync(room, 0o755);
    const [source, far] = [join(room, 'source'), join(room, 'far')];
    smallMount(far, '1m');
    chownSync(far, NOBODY, NOBODY);
    makeTree(room, { source: directory(files, owned) });
    link = await openLink(far);
    const destination = join(link.mountPoint, 'd');
    mkdirSync(destination);
    const sync = () =>
      longhaul(['sync', source, destination, '--json', '--state', join(room, 'state')]);

    const refused = await sync();

    expect(refused.exit).toBe(5);
    expect(JSON.parse(refused.stderr)).toMatchObject({ type: 'error', code: 'IO_ERROR' });
    expect(wrongIn(join(far, 'd'))).toEqual([]);

    execFileSync('mount', ['-o', 'remount,size=8m', far]);
    const done = await sync();

    expect(done.exit).toBe(0);
    expect(readdirSync(join(far, 'd')).sort()).toEqual(names);
    expect(wrongIn(join(far, 'd'))).toEqual([]);
    expect(leftovers(far)).toEqual([]);
  },
);
