/** `longhaul assess` for the DataSync engine, against the sandbox. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { faultScriptSchema } from '../../../src/sandbox/world/faults.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { longhaul, type RunResult } from '../../support/processes/run-longhaul.ts';

let cwd: string;
let sandbox: Sandbox;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'longhaul-cli-'));
  mkdirSync(join(cwd, 'source/a'), { recursive: true });
  writeFileSync(join(cwd, 'source/a/file'), 'content');
  await start([]);
});
afterEach(async () => {
  await sandbox.close();
  rmSync(cwd, { recursive: true, force: true });
});

async function start(faults: readonly object[]): Promise<void> {
  const script = faultScriptSchema.parse({ faults });
  sandbox = await startSandbox({ root: cwd, agents: [{ name: 'site-a' }], faults: script });
}

function assess(more: string, ...args: string[]): Promise<RunResult> {
  writeFileSync(
    join(cwd, 'acme.yaml'),
    `name: acme
engine: datasync
source: { kind: nfs, server: nfs.example, export: /data, agents: [site-a] ${more} }
destination: { kind: efs, create: {}, subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d] }
stateDirectory: ${join(cwd, 'state')}
aws:
  region: eu-central-1
  account: "111122223333"
  reports: { bucket: evidence, writeRole: "arn:aws:iam::111122223333:role/reports" }
`,
  );
  const env = {
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
  };
  return longhaul(['assess', 'acme.yaml', ...args], { cwd, env });
}

describe('longhaul assess, with engine: datasync', () => {
  test('checks the account and says what is not known without a mount', async () => {
    const { exit, stdout, stderr } = await assess('');

    expect(exit).toBe(0);
    expect(stderr).toMatch(/^The source is not mounted here/);
    expect(stdout).toMatch(/^ {2}fine +agent site-a +ONLINE, version 1\.0\.0$/m);
    expect(stdout).toMatch(/^ {2}WARNING +endpoint of site-a +PUBLIC$/m);
    expect(stdout).toMatch(/^ {2}NOT KNOWN +file system +it does not exist yet$/m);
    expect(stdout).toMatch(/^ {2}fine +clock of this machine +-?[01] s off AWS time$/m);
    expect(stdout).toMatch(
      /^ {2}fine +free addresses +5 are needed in subnet-0a1b2c3d, .*; 4091 are free$/m,
    );
    expect(stdout).toMatch(
      /^ {2}fine +security groups +TCP 2049 from sg-0a1b2c3d to sg-0a1b2c3d /m,
    );
    expect(stdout).toMatch(/^ {2}fine +trust of reports +only for datasync.amazonaws.com/m);
    expect(stdout).toMatch(/^ {2}WARNING +key +AWS managed/m);
    expect(stdout).toMatch(/^ {2}fine +credentials +arn:aws:iam::111122223333:user\/sandbox$/m);
    expect(sandbox.efs.fileSystems.size).toBe(0);
  });

  test('continues when AWS denies a request, and says what is not known', async () => {
    await sandbox.close();
    await start(
      ['DescribeSubnets', 'DescribeSecurityGroups', 'GetRole', 'GetServiceQuota'].map((call) => ({
        call,
        nth: 'every',
        reply: 'denied',
      })),
    );

    const { exit, stdout } = await assess('');

    expect(exit).toBe(0);
    for (const [check, name] of [
      ['free addresses', 'UnauthorizedOperation'],
      ['security groups', 'UnauthorizedOperation'],
      ['trust of reports', 'AccessDenied'],
      ['tasks', 'AccessDeniedException'],
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}NOT KNOWN +${check} .*${name}: You are not`, 'm'));
    }
    expect(stdout).toMatch(/^ {2}trust of reports: aws iam get-role --role-name reports/m);
    expect(stdout).toMatch(/^ {2}fine +credentials /m);
  });

  test.each([
    ['ListAgents', 'agent site-a'],
    ['DescribeAgent', 'endpoint of site-a'],
    ['ListTasks', 'tasks'],
    ['DescribeFileSystems', 'file system'],
  ])('does not report a resource as missing when %s is denied', async (call, check) => {
    await sandbox.close();
    await start([{ call, nth: 'every', reply: 'denied' }]);

    const { exit, stdout } = await assess('');

    expect(exit).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^ {2}NOT KNOWN +${check} +${call} is refused: AccessDeniedException`, 'm'),
    );
    expect(stdout).toMatch(/longhaul iam-policy SPEC --phase assess/);
    expect(stdout).toMatch(/^ {2}fine +credentials /m);
  });

  test('plans like a worker: a directory that no filter can name stays with its parent', async () => {
    for (const name of ['b', 'c|d'])
      for (let i = 0; i < 4; i++) {
        mkdirSync(join(cwd, 'source', name), { recursive: true });
        writeFileSync(join(cwd, 'source', name, `file-${i}`), 'content');
      }
    await assess(`, path: ${join(cwd, 'source')}`);
    const yaml = readFileSync(join(cwd, 'acme.yaml'), 'utf8');
    writeFileSync(join(cwd, 'acme.yaml'), `${yaml}chunks: { maxEntries: 5 }\n`);

    const { exit, stdout } = await longhaul(['plan', 'acme.yaml'], { cwd });

    expect(exit).toBe(0);
    expect(stdout).toMatch(/ \/b$/m);
    expect(stdout).not.toMatch(/ \/c\|d$/m);
  });

  test('plans the directories of the spec when the source is not mounted, and says what is not known', async () => {
    await assess('');
    const yaml = readFileSync(join(cwd, 'acme.yaml'), 'utf8');
    writeFileSync(join(cwd, 'acme.yaml'), `${yaml}chunks: { roots: [projects/alpha, home] }\n`);

    const { exit, stdout, stderr } = await longhaul(['plan', 'acme.yaml'], { cwd });

    expect(exit).toBe(0);
    expect(stdout).toMatch(/^0001 +\? +\? +\? +\/home$/m);
    expect(stdout).toMatch(/^0002 +\? +\? +\? +\/projects\/alpha$/m);
    expect(stdout).toMatch(/are not known$/m);
    expect(stderr).toMatch(/^The source is not scanned, since the spec has no source\.path/m);
  });

  test('also scans the source if it is mounted on this host', async () => {
    const { exit, stdout } = await assess(`, path: ${join(cwd, 'source')}`);

    expect(exit).toBe(0);
    expect(stdout).toMatch(/^ {2}files +1 +7 B$/m);
    expect(stdout).toMatch(/^The account$/m);
  });

  test('--json prints a record per check, and a wrong check exits with 4', async () => {
    sandbox.world.agents.forEach((agent) => {
      agent.up = false;
      agent.lastContactAt = 0;
    });

    const { exit, stdout } = await assess('', '--json');

    expect(exit).toBe(4);
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; check: string; verdict: string });
    expect(records).toContainEqual(
      expect.objectContaining({ type: 'check', check: 'agent site-a', verdict: 'wrong' }),
    );
  });
});
