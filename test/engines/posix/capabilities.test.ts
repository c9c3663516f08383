/** File capabilities, which the kernel takes away at every change of the owner. Only root gives them. */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { MAY_BIND_PORTS } from '../../support/trees/nasty-tree.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { file, readTree } from '../../support/trees/tree.ts';
import { openBench, type Bench } from '../contract.ts';
import { PART_BYTES, posix } from './bench.ts';

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;
/** Without its content, which nobody wants to read when this fails. */
const givenTo = (name: string): unknown => ({
  ...readTree(bench.destination, { with: ['xattrs', 'mode'] })[name],
  content: undefined,
});
const xattrs = { 'security.capability': MAY_BIND_PORTS };

asRoot(
  `stay on files, small and large, also when only their metadata changes${isRoot ? '' : ': skipped, not root'}`,
  async () => {
    bench = openBench(posix, {
      small: file('s', { xattrs }),
      large: file('l'.repeat(2 * PART_BYTES), { xattrs }),
    });
    await bench.round({ number: 1 });
    expect(givenTo('small')).toMatchObject({ xattrs });
    expect(givenTo('large')).toMatchObject({ xattrs });

    for (const name of ['small', 'large']) chmodSync(join(bench.source, name), 0o700);
    await bench.round({ number: 2 });

    expect(givenTo('small')).toMatchObject({ xattrs, mode: 0o700 });
    expect(givenTo('large')).toMatchObject({ xattrs, mode: 0o700 });
    expectSameTree(bench.source, bench.destination);
  },
);
