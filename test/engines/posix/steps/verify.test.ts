/** Whatever is altered at the destination behind longhaul's back is found by a full verification, and mended. */
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { expectSameTree } from '../../../support/trees/oracle.ts';
import { directory, file, symlink } from '../../../support/trees/tree.ts';
import { alterKeepingTime, openBench, type Bench } from '../../contract.ts';
import { posix } from '../bench.ts';

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

const sh = (script: string) => (cwd: string) => void execFileSync('sh', ['-c', script], { cwd });

test.each<[string, (destination: string) => void]>([
  ['a byte', (to) => alterKeepingTime(join(to, 'd/f'))],
  ['a length', sh('touch -r d/f r; echo more >>d/f; touch -r r d/f; rm r')],
  ['a mode', sh('chmod 600 d/f')],
  ['an owner', sh('chown 7:8 d/f')],
  ['a time', sh('touch -d @1.5 d/f')],
  ['a file that is gone', sh('rm d/f')],
  ['a link where a file was', sh('rm d/f; ln -s ../same d/f')],
  [
    'where a link leads',
    sh(': >r; touch -h -r d/l r; ln -sfn elsewhere d/l; touch -h -r r d/l; rm r'),
  ],
  ['a mode of a directory', sh('chmod 700 d')],
  ['a directory that is gone', sh('rm -r d')],
  ['a file where a directory was', sh('rm -r d; echo x >d')],
  ['a link where a directory was', sh('rm -r d; mkdir -p ../outside; ln -s ../outside d')],
])('%s', async (_what, alter) => {
  bench = openBench(posix, {
    same: file('s'),
    d: directory({ f: file('content'), l: symlink('f'), e: directory({ g: file('g') }) }),
  });
  await bench.round({ number: 1 });
  alter(bench.destination);

  const { verify, sum } = await bench.round({ number: 2, verify: 'full' });

  expect(verify.counters['corrupt']).toBeGreaterThan(0);
  expect(verify.counters['repaired']).toBe(verify.counters['corrupt']);
  expect(sum).toMatchObject({ seen: 6, verified: 6 });
  expectSameTree(bench.source, bench.destination);
  expect(existsSync(join(bench.root, 'outside/e'))).toBe(false);
});
