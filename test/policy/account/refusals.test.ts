/** Checks that depend on a refused call are unknown. */
import { expect, test } from '@jest/globals';
import { fine, wrong } from '../../../src/policy/account/facts.ts';
import { withRefusals } from '../../../src/policy/account/refusals.ts';

const checks = [
  wrong('agent site-a', 'there is none', 'Activate it.'),
  fine('memory of the agents', '32 GiB'),
  fine('file-system policy', 'TLS only'),
  fine('root for DataSync', 'by the role'),
  fine('lifecycle', 'off'),
];

test('a check that depends on a refused call is unknown, and no other check changes', () => {
  const refused = new Map([
    ['ListAgents', 'AccessDeniedException: no'],
    ['DescribeFileSystemPolicy', 'AccessDeniedException: never'],
  ]);

  const judged = withRefusals(checks, refused);

  expect(judged.map(({ check, verdict }) => [check, verdict])).toEqual([
    ['agent site-a', 'not known'],
    ['memory of the agents', 'fine'],
    ['file-system policy', 'not known'],
    ['root for DataSync', 'not known'],
    ['lifecycle', 'fine'],
  ]);
  expect(judged[0]).toMatchObject({
    found: 'ListAgents is refused: AccessDeniedException: no',
    fix: expect.stringContaining('--phase assess'),
  });
});

test('without refusals no check changes', () => {
  expect(withRefusals(checks, new Map())).toEqual(checks);
});
