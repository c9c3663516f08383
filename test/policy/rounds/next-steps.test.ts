import { expect, test } from '@jest/globals';
import { PHASES } from '../../../src/policy/rounds/phase.ts';
import { nextSteps, type Situation } from '../../../src/policy/rounds/next-steps.ts';

const situation: Situation = {
  migration: 'acme',
  phase: 'catching up',
  conditions: [],
  blocked: [],
  blockedCount: 0,
  gate: 'approval',
  roundRuns: false,
};
const steps = (changes: Partial<Situation>) => nextSteps({ ...situation, ...changes });

test('blocked chunks come first, with advice by cause', () => {
  const blocked = [
    { chunk: '0007', code: 'DISK_FULL' },
    { chunk: '0042', code: 'BUG' },
  ];

  expect(steps({ blocked, blockedCount: 2 })).toEqual([
    'longhaul chunks acme --entries  # what is blocked, why, and each entry by name',
    'longhaul retry acme 0007        # DISK_FULL: when there is space at the destination',
    'longhaul retry acme 0042        # BUG: when the cause is fixed',
    'longhaul retry acme             # all 2 blocked chunks',
    'longhaul skip acme 0007         # leave it to the next round',
    'longhaul watch acme             # follow the progress',
    'longhaul run-round acme         # start the next round now',
    'longhaul approve acme           # allow the cutover when its gates are open',
  ]);
});

test('refused deletes can be retried or allowed', () => {
  const lines = steps({ blocked: [{ chunk: '0007', code: 'DELETE_REFUSED' }], blockedCount: 1 });

  expect(lines.slice(1, 3)).toEqual([
    expect.stringMatching(/^longhaul retry acme 0007 .* back at the source$/),
    expect.stringMatching(/^longhaul allow-deletes acme 0007 --count N --reason "…"/),
  ]);
});

test.each<[string, Partial<Situation>, string]>([
  ['resume', { conditions: ['paused'] }, 'longhaul resume acme'],
  ['approve', { phase: 'ready to cut over' }, 'longhaul approve acme'],
  ['withdraw', { phase: 'ready to cut over', approvedBy: 'x' }, 'longhaul postpone acme'],
  [
    'cut over outside the window',
    { phase: 'ready to cut over', gate: 'window' },
    'longhaul start-cutover acme',
  ],
  ['prove', { phase: 'done' }, 'longhaul ledger acme --verify'],
  ['change the bandwidth', { phase: 'seeding' }, 'longhaul set-bandwidth acme "20 Mbit/s"'],
])('the suggestions include how to %s', (_what, changes, line) => {
  expect(steps(changes).map((step) => step.split('  #')[0]?.trim())).toContain(line);
});

test.each([
  ['PERMISSION_DENIED', true],
  ['DISK_FULL', false],
])('a chunk blocked by %s: suggests to accept an exception: %s', (code, offered) => {
  const lines = steps({ blocked: [{ chunk: '0001', code }], blockedCount: 1 }).join('\n');

  expect(lines.includes('longhaul accept acme PATH --reason')).toBe(offered);
});

test.each<[string, Partial<Situation>, string]>([
  ['run a round while one runs', { roundRuns: true }, 'run-round'],
  ['cut over past other gates than the window', { phase: 'ready to cut over' }, 'start-cutover'],
  ['resume what is over', { phase: 'done', conditions: ['paused'] }, 'resume'],
  ['retry in what is over', { phase: 'aborted', blockedCount: 1 }, 'retry'],
])('the suggestions do not include how to %s', (_what, changes, word) => {
  expect(steps(changes).join('\n')).not.toContain(word);
});

test('there is a suggestion in every phase', () => {
  for (const phase of PHASES) expect(steps({ phase })).not.toEqual([]);
});
