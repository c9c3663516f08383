/** Every command of docs/sandbox.md, run in its order by bash, the AWS CLI and the built bin. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseFaultScript } from '../../src/sandbox/world/fault-file.ts';
import { putAwsCli } from '../support/aws/aws-cli.ts';
import { binFolder, blocksOf, runScript } from '../support/processes/page-commands.ts';
import { stopAll } from '../support/processes/processes.ts';

const PAGE = 'docs/sandbox.md';
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'longhaul-page-'));
});
afterEach(async () => {
  await stopAll();
  rmSync(cwd, { recursive: true, force: true });
});

test('the commands of the page work in their order', async () => {
  const bin = binFolder(cwd);
  await putAwsCli(bin);
  const blocks = blocksOf(PAGE, 'sh');

  const { stdout, stderr } = await runScript(blocks.slice(0, -1).join('\n'), { cwd, path: [bin] });

  expect(stdout).toMatch(/"Status": "SUCCESS"/);
  expect(stdout).toMatch(/"Bytes": 11/);
  expect(stdout).toContain('first file\n');
  expect(stdout).toContain('"manifests/one.csv"');
  expect(stderr).toMatch(/agent site-a: arn:aws:datasync:eu-central-1:111122223333:agent\/agent-/);
  const [fileSystem] = readdirSync(join(cwd, 'rehearsal/efs'));
  expect(
    readFileSync(join(cwd, 'rehearsal/efs', fileSystem ?? '', 'projects/one.txt'), 'utf8'),
  ).toBe('first file\n');
}, 300_000);

test('the fault script of the page is one', () => {
  const [script = ''] = blocksOf(PAGE, 'yaml');

  expect(parseFaultScript(script, 'faults.yaml').faults).toHaveLength(8);
});
