import { expect, test } from '@jest/globals';
import {
  nextPhase,
  PHASES,
  type Phase,
  type PhaseEvent,
} from '../../../src/policy/rounds/phase.ts';

const open: PhaseEvent = { type: 'gates', open: true, because: 'drift is small' };
const shut: PhaseEvent = { type: 'gates', open: false, because: '3 chunks are blocked' };
const givenUp: PhaseEvent = { type: 'cutover given up', because: 'postponed' };
const abort: PhaseEvent = { type: 'aborted', because: 'budget' };

test.each<[Phase, PhaseEvent, Phase, string]>([
  ['assessing', { type: 'planned' }, 'seeding', 'the chunks are planned'],
  ['seeding', { type: 'seeded' }, 'catching up', 'every chunk went through its first round'],
  ['catching up', open, 'ready to cut over', 'drift is small'],
  ['catching up', shut, 'catching up', '3 chunks are blocked'],
  ['ready to cut over', shut, 'catching up', '3 chunks are blocked'],
  ['ready to cut over', open, 'ready to cut over', 'drift is small'],
  ['ready to cut over', { type: 'cutover begun' }, 'cutting over', 'every gate is open'],
  ['cutting over', givenUp, 'catching up', 'postponed'],
  ['cutting over', { type: 'switched', soak: false }, 'done', 'switched over'],
  [
    'cutting over',
    { type: 'switched', soak: true },
    'soaking',
    'switched over; the old side is kept until commit',
  ],
  ['soaking', { type: 'committed' }, 'done', 'committed'],
  ['soaking', { type: 'rolled back' }, 'catching up', 'rolled back to the source'],
  ['assessing', abort, 'aborted', 'budget'],
  ['cutting over', abort, 'aborted', 'budget'],
])('nextPhase: %s with %j leads to %s', (phase, event, next, because) => {
  const action = phase === next ? 'stay' : 'enter';
  expect(nextPhase(phase, event)).toEqual({ action, phase: next, because });
});

test.each<[Phase, PhaseEvent]>([
  ['assessing', { type: 'switched', soak: false }],
  ['seeding', open],
  ['catching up', { type: 'cutover begun' }],
  ['ready to cut over', { type: 'switched', soak: false }],
  ['cutting over', open],
  ['soaking', abort],
  ['done', abort],
  ['aborted', { type: 'planned' }],
])('nextPhase: %s ignores %j', (phase, event) => {
  expect(nextPhase(phase, event)).toEqual({
    action: 'stay',
    phase,
    because: `"${event.type}" does not apply while ${phase}`,
  });
});

test('no event leads out of done and aborted', () => {
  const events: PhaseEvent[] = [
    { type: 'planned' },
    { type: 'seeded' },
    open,
    shut,
    { type: 'cutover begun' },
    givenUp,
    { type: 'switched', soak: true },
    { type: 'committed' },
    { type: 'rolled back' },
    abort,
  ];
  for (const phase of PHASES.filter((name) => name === 'done' || name === 'aborted')) {
    for (const event of events) expect(nextPhase(phase, event).phase).toBe(phase);
  }
});
