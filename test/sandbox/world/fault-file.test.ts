import { describe, expect, test } from '@jest/globals';
import { parseFaultScript } from '../../../src/sandbox/world/fault-file.ts';

function complaint(text: string): string[] {
  try {
    parseFaultScript(text, 'faults.yaml');
  } catch (thrown) {
    return (thrown as Error).message.split('\n').map((line) => line.trim());
  }
  return [];
}

describe('a fault script', () => {
  test('becomes values, with defaults and units', () => {
    const { faults } = parseFaultScript(
      `faults:
  - { after: 10m, link: down }
  - { call: StartTaskExecution, reply: lost }
  - { execution: 3, fail: NoMem }
  - { file: /a/*, is: locked, times: 1 }
`,
      'faults.yaml',
    );

    expect(faults).toEqual([
      { after: 600_000, link: 'down' },
      { call: 'StartTaskExecution', nth: 1, reply: 'lost' },
      { execution: 3, fail: 'NoMem', detail: '', in: 'TRANSFERRING', stuck: false },
      { file: '/a/*', is: 'locked', times: 1 },
    ]);
  });

  test('names all problems at once, by the fault that was most likely meant', () => {
    expect(
      complaint(`faults:
  - { after: soon, link: down }
  - { call: StartTaskExecution, nth: 0, reply: gone }
  - { after: 5m, linc: down }
  - { file: a/b, is: locked }
  - { agent: site-a, is: offline }
fault: []
`),
    ).toEqual([
      'faults.yaml has 8 problems:',
      'line 2: faults[0].after: expected a duration, such as "10m", found "soon"',
      'line 3: faults[1].nth: expected a number from 1 up, found 0',
      'line 3: faults[1].reply: expected one of "lost", "throttled", "internal", "unavailable", "denied", found "gone"',
      'line 4: faults[2].link: expected one of "down", "up", found nothing',
      'line 4: faults[2].linc: unknown key; did you mean "link"?',
      'line 5: faults[3].file: expected a path from the root of the source location, such as "/a/b.txt", found "a/b"',
      'line 6: faults[4].after: expected a duration, such as "10m", found nothing',
      'line 7: fault: unknown key; did you mean "faults"?',
    ]);
  });

  test('that is no mapping is refused', () => {
    expect(complaint('- link: down\n')[1]).toBe(
      'the spec: expected a block of keys, found [{"link":"down"}]',
    );
  });
});
