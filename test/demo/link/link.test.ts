import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Link } from '../../../src/demo/link/link.ts';
import { goTool } from '../../../src/temporal/go-tool.ts';
import { TOXIPROXY } from '../../../src/temporal/tools.ts';
import { linkMissing, openLink } from '../../support/migrations/demo-link.ts';
import { start, stopAll, until } from '../../support/processes/processes.ts';

let tree: string;
let link: Link | undefined;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'longhaul-far-'));
  chmodSync(tree, 0o755);
  writeFileSync(join(tree, 'open'), 'x'.repeat(500_000));
  writeFileSync(join(tree, 'closed'), 'secret', { mode: 0o600 });
});
afterEach(async () => {
  await link?.close();
  link = undefined;
  await stopAll();
  rmSync(tree, { recursive: true, force: true });
});

const describeLink = linkMissing === undefined ? describe : describe.skip;
describeLink(`the link${linkMissing === undefined ? '' : ` (${linkMissing})`}`, () => {
  test('shows the tree, fails at once when it is cut, and comes back by itself', async () => {
    link = await openLink(tree);
    const path = join(link.mountPoint, 'open');
    expect(readFileSync(path, 'latin1')).toHaveLength(500_000);

    await link.cut();
    expect(() => statSync(path)).toThrow(/EIO|ENOTCONN/);

    await link.restore();
    await until('readable again', () =>
      attempt(() => readFileSync(path, 'latin1').length === 500_000),
    );
  });

  test('is as slow as it is told', async () => {
    link = await openLink(tree);
    await link.slow(500_000, 0);
    const begin = performance.now();

    readFileSync(join(link.mountPoint, 'open'));

    expect(performance.now() - begin).toBeGreaterThan(500);
  });

  (process.getuid?.() === 0 ? test : test.skip)(
    'may not read what the far side keeps closed',
    async () => {
      link = await openLink(tree);
      const { mountPoint } = link;

      expect(() => readFileSync(join(mountPoint, 'closed'))).toThrow(/EACCES/);
    },
  );

  test('is unmounted and gone when its owner is killed with -9', async () => {
    const toxiproxy = await goTool(TOXIPROXY);
    const module = new URL('../../../dist/demo/link/link.js', import.meta.url).href;
    const script = `const { openLink } = await import(${JSON.stringify(module)});
      const link = await openLink(...${JSON.stringify([tree, toxiproxy])});
      console.log('at ' + link.mountPoint); setInterval(() => {}, 1000);`;
    const owner = start(process.execPath, ['--input-type=module', '-e', script]);
    const mountPoint = (await owner.line(/^at /)).slice(3);
    const folder = join(mountPoint, '..');
    expect(readdirSync(mountPoint)).toContain('open');

    owner.kill('SIGKILL');

    await until('its folder is gone', () => !existsSync(folder));
    await until(
      'its processes are gone',
      () => !execFileSync('ps', ['-eo', 'args']).includes(folder),
    );
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(folder);
  });
});

function attempt(is: () => boolean): boolean {
  try {
    return is();
  } catch {
    return false;
  }
}
