/** The commands of docs/datasync.md that prepare an account and clear it again, in their order, against the sandbox. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { binFolder, blocksOf, runScript } from '../support/page-commands.ts';
import { pythonTools } from '../support/python.ts';
import { testServer } from '../support/temporal.ts';

let cwd: string;
let sandbox: Sandbox;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'longhaul-page-'));
  mkdirSync(join(cwd, 'sandbox/nfs/nfs.example/data/projects'), { recursive: true });
  mkdirSync(join(cwd, 'sandbox/s3/acme-evidence'), { recursive: true });
  sandbox = await startSandbox({ root: join(cwd, 'sandbox'), time: 300 });
});
afterEach(async () => {
  await sandbox.close();
  rmSync(cwd, { recursive: true, force: true });
});

test('the commands of the page prepare an account and clear it again', async () => {
  const path = [binFolder(cwd), await pythonTools()];
  const env = {
    ...(await testServer()).env,
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
  };

  // What moves the bytes in between is proven by the tests of the engine.
  const blocks = blocksOf('docs/datasync.md', 'sh').filter(
    (block) => !/longhaul (start|approve) /.test(block),
  );
  const { stdout } = await runScript(blocks.join('\n'), { cwd, path, env });

  expect(stdout).toMatch(/^site-a\tONLINE$/m);
  expect(stdout).toMatch(/^done: task of lane 0$/m);
  expect(stdout).toMatch(/^done: task longhaul\/acme\//m);
  expect([sandbox.world.tasks.size, sandbox.world.locations.size]).toEqual([0, 0]);
  expect(sandbox.efs.fileSystems.size).toBe(1);
}, 300_000);
