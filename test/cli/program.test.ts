/** The command line as users run it: the built program, its streams and exit codes. */
import { describe, expect, test } from '@jest/globals';
import { longhaul } from '../support/processes/run-longhaul.ts';

describe('longhaul', () => {
  test.each<{ args: string[]; exit: number; says: string }>`
    args                                               | exit | says
    ${['--version']}                                   | ${0} | ${''}
    ${['--help']}                                      | ${0} | ${''}
    ${['help', 'status']}                              | ${0} | ${''}
    ${['status', '--help']}                            | ${0} | ${''}
    ${['statu']}                                       | ${2} | ${"longhaul: Unknown command 'statu' (Did you mean status?) [USAGE]. See: longhaul help.\n"}
    ${['status', 'acme', '--jsn']}                     | ${2} | ${"longhaul: Unknown option '--jsn' (Did you mean --json?) [USAGE]. See: longhaul help status.\n"}
    ${['status']}                                      | ${2} | ${"longhaul: Missing required argument 'name' [USAGE]. See: longhaul help status.\n"}
    ${['set-bandwidth', 'acme', 'a lot']}              | ${2} | ${'longhaul: Expected a rate such as "50 Mbit/s", or "none", got "a lot" [USAGE]. See: longhaul help set-bandwidth.\n'}
    ${['set-interval', 'acme', '2 hours']}             | ${2} | ${'longhaul: Expected a duration such as "2h" or "1h30m", got "2 hours" [USAGE]. See: longhaul help set-interval.\n'}
    ${['sync', 'a', 'b', '--max-deletes', 'few']}      | ${2} | ${'longhaul: Expected a whole number after --max-deletes, got "few" [USAGE]. See: longhaul help sync.\n'}
    ${['accept', 'acme', 'a/b']}                       | ${2} | ${'longhaul: An exception needs a reason, which the ledger records [USAGE]. Type: longhaul accept acme \'a/b\' --reason "…"\n'}
    ${['accept', 'acme', '../x', '--reason', 'r']}     | ${2} | ${'longhaul: Expected a path from the root of the tree, got "../x" [USAGE]. See: longhaul help accept.\n'}
    ${['set-interval', 'acme', '1h', '--floor', '2h']} | ${2} | ${'longhaul: The floor, 2h, is longer than the interval, 1h [USAGE]. See: longhaul help set-interval.\n'}
    ${['postpone', 'acme', '--until', '2020-01-01']}   | ${2} | ${'longhaul: --until: 2020-01-01 is in the past [USAGE]. See: longhaul help postpone.\n'}
    ${['up', '--port', 'seven']}                       | ${2} | ${'longhaul: Expected a port from 1 to 65535, got "seven" [USAGE]. See: longhaul help up.\n'}
    ${['help', 'sycn']}                                | ${2} | ${"longhaul: Unknown command 'sycn' (Did you mean sync?) [USAGE]. See: longhaul help.\n"}
    ${['help', 'rsync-it']}                            | ${2} | ${"longhaul: Unknown command 'rsync-it' [USAGE]. See: longhaul help.\n"}
    ${['abort', 'acme']}                               | ${4} | ${'longhaul: This ends the migration acme for good. It cannot be confirmed without a terminal [NOT_CONFIRMED]. Type the name when asked, or pass --yes.\n'}
  `('$args exits with $exit', async ({ args, exit, says }) => {
    const result = await longhaul(args);

    expect({ exit: result.exit, stderr: result.stderr }).toEqual({ exit, stderr: says });
  });

  test('without a command prints its help to stderr and exits with 2', async () => {
    const { exit, stdout, stderr } = await longhaul([]);

    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(/^longhaul moves a live file store/);
  });

  test('exits with 5 and says how to start a server when none is known', async () => {
    const { exit, stdout, stderr } = await longhaul(['list', '--state', '/nonexistent']);

    expect({ exit, stdout }).toEqual({ exit: 5, stdout: '' });
    expect(stderr).toMatch(/^longhaul: No Temporal server runs for.*longhaul up --detach/);
  });

  test('exits with 5 when nothing listens at TEMPORAL_ADDRESS', async () => {
    const { exit, stderr } = await longhaul(['status', 'acme'], {
      env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    });

    expect({ exit, stderr }).toEqual({
      exit: 5,
      stderr: expect.stringMatching(/^longhaul: No Temporal server answers at 127\.0\.0\.1:1/),
    });
  });

  test('with --json writes the failure as one record to stderr and nothing to stdout', async () => {
    const { exit, stdout, stderr } = await longhaul(['pause', '--json']);

    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      type: 'error',
      v: 1,
      code: 'USAGE',
      message: "Missing required argument 'name'",
      hint: 'See: longhaul help pause.',
      exit: 2,
    });
  });
});
