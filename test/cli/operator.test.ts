/** An operator's commands against a real server, and their messages when something is not as expected. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFlows, SETTINGS, type Flows } from '../support/servers/workflow-bench.ts';
import { bareEnvironment, longhaul, type RunResult } from '../support/processes/run-longhaul.ts';

let flows: Flows;
beforeAll(async () => {
  flows = await openFlows();
});
afterAll(() => flows.close());

const run = (...args: string[]): Promise<RunResult> => longhaul(args, { env: flows.env });

describe('for a migration with a blocked chunk', () => {
  test('longhaul chunks acme --blocked shows the reason', async () => {
    const running = await flows.start('blocked', {
      broken: new Map([['0001', 'PERMISSION_DENIED']]),
    });
    await running.until('a chunk is blocked', ({ blockedCount }) => blockedCount === 1);

    const { exit, stdout } = await run('chunks', 'blocked', '--blocked');
    const status = await run('status', 'blocked');

    expect(exit).toBe(0);
    expect(stdout).toMatch(/^0001 +blocked[^\n]*\n.*PERMISSION_DENIED: broken/m);
    expect(stdout).not.toContain('0000');
    expect(status.stdout).toContain('longhaul accept blocked PATH --reason "…"');
  });

  test('longhaul status with a mistyped name suggests the right one', async () => {
    const { exit, stderr } = await run('status', 'blokced');

    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr:
        'longhaul: There is no migration "blokced" on this server (Did you mean blocked?) [NO_SUCH_MIGRATION]. longhaul list shows all migrations.\n',
    });
  });

  test('longhaul retry NAME CHUNK for a chunk that is not blocked fails with a hint that names the migration', async () => {
    const { exit, stderr } = await run('retry', 'blocked', '9999');

    expect({ exit, stderr }).toEqual({
      exit: 4,
      stderr: expect.stringMatching(/\[NOT_READY\]\. longhaul status blocked shows/),
    });
  });
});

describe('for a migration that has ended', () => {
  beforeAll(async () => {
    const running = await flows.start('over', {
      settings: { ...SETTINGS, approval: 'automatic' },
    });
    await running.result();
  });

  test.each([['pause'], ['run-round'], ['approve'], ['retry'], ['postpone']])(
    'longhaul %s says that it has ended',
    async (command) => {
      const { exit, stdout, stderr } = await run(command, 'over');

      expect({ exit, stdout, stderr }).toEqual({
        exit: 4,
        stdout: '',
        stderr:
          'longhaul: over has ended and accepts no messages [NOT_READY]. longhaul status over shows how.\n',
      });
    },
  );

  test('longhaul status shows no next round', async () => {
    const { stdout } = await run('status', 'over');

    expect(stdout).toMatch(/^over: done\n/);
    expect(stdout).not.toMatch(/next round|cutover/);
  });

  test('longhaul watch ends at once with 0', async () => {
    const { exit, stdout } = await run('watch', 'over');

    expect(exit).toBe(0);
    expect(stdout).toMatch(/Z {2}done\n/);
  });

  test('longhaul start refuses to reuse its name', async () => {
    const room = mkdtempSync(join(tmpdir(), 'longhaul-operator-'));
    const paths = ['source', 'destination'].map((name) => join(room, name));
    paths.forEach((path) => mkdirSync(path));
    const spec = join(room, 'spec.yaml');
    writeFileSync(
      spec,
      JSON.stringify({
        version: 1,
        name: 'over',
        source: { path: paths[0] },
        destination: { path: paths[1] },
        stateDirectory: join(room, 'state'),
      }),
    );

    const { exit, stderr } = await run('start', spec);
    rmSync(room, { recursive: true });

    expect({ exit, stderr }).toEqual({
      exit: 4,
      stderr:
        'longhaul: over has ended, and its ledger is closed [NOT_READY]. longhaul status over shows how. To move the tree again, give the spec another name.\n',
    });
  });
});

test.each([['status'], ['chunks'], ['watch'], ['pause'], ['run-round']])(
  'longhaul %s for an unknown migration says that there is none of that name',
  async (command) => {
    const { exit, stdout, stderr } = await run(command, 'nobody');

    expect({ exit, stdout, stderr }).toEqual({
      exit: 2,
      stdout: '',
      stderr:
        'longhaul: There is no migration "nobody" on this server [NO_SUCH_MIGRATION]. longhaul list shows all migrations.\n',
    });
  },
);

test.each<{ args: string[]; exit: number; says: string }>`
  args                                  | exit | says
  ${['verify', '/nonexistent', '/tmp']} | ${2} | ${'There is no directory /nonexistent [USAGE]. Mount it, or check the path.'}
  ${['verify', '/tmp', '/nonexistent']} | ${2} | ${'There is no directory /nonexistent [USAGE]. Mount it, or check the path.'}
  ${['sync', '/nonexistent', '/tmp']}   | ${4} | ${'There is no source /nonexistent [SOURCE_MISSING]. Mount the source again; nothing is deleted in the meantime. Then: run the same command again.'}
  ${['set-bandwidth', 'acme', 'fast']}  | ${2} | ${'Expected a rate such as "50 Mbit/s", or "none", got "fast" [USAGE]. See: longhaul help set-bandwidth.'}
`('the failure of longhaul $args says what to do next', async ({ args, exit, says }) => {
  const result = await longhaul(args);

  expect(result).toEqual({ exit, stdout: '', stderr: `longhaul: ${says}\n` });
});

describe('for two trees', () => {
  let room = '';
  beforeAll(() => {
    room = mkdtempSync(join(tmpdir(), 'longhaul-two-'));
    for (const name of ['old', 'new', 'empty']) mkdirSync(join(room, name));
    for (const name of ['a', 'b', 'c']) writeFileSync(join(room, 'old', name), name);
    symlinkSync(join(room, 'old'), join(room, 'link'));
  });
  afterAll(() => rmSync(room, { recursive: true }));

  test('longhaul sync and verify accept a root that is a symlink, with and without a trailing slash', async () => {
    for (const root of ['link', 'link/']) {
      const trees = [join(room, root), join(room, 'new')];

      expect((await longhaul(['sync', ...trees])).exit).toBe(0);
      expect(await longhaul(['verify', ...trees])).toMatchObject({ exit: 0, stdout: '' });
    }
  });

  test('longhaul sync --delete that exceeds the cap says how to review and how to allow the deletes', async () => {
    const { exit, stderr } = await longhaul([
      'sync',
      join(room, 'empty'),
      join(room, 'new'),
      '--delete',
    ]);

    expect({ exit, stderr }).toEqual({
      exit: 4,
      stderr: expect.stringMatching(
        /^longhaul: 3 of 3 entries \(100\.0 %\) would be deleted, limit 50 %; one of them: [abc] \[DELETE_REFUSED\]\. Review the list with --delete --dry-run; then set a limit with --max-deletes COUNT\.\n$/,
      ),
    });
  });

  test('longhaul sync to a destination without write permission fails once, before it begins', () => {
    chmodSync(join(room, 'empty'), 0o555);
    const powers = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override'] : [];
    const bin = join(import.meta.dirname, '../../bin/longhaul.js');
    const [program = '', ...args] = [...powers, process.execPath, bin, 'sync'];
    const { status, stderr } = spawnSync(
      program,
      [...args, join(room, 'old'), join(room, 'empty')],
      {
        env: bareEnvironment,
        encoding: 'utf8',
      },
    );

    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: `longhaul: Cannot write to ${join(room, 'empty')}: EACCES [PERMISSION_DENIED]. Give the worker access, then: run the same command again.\n`,
    });
  });
});
