/** The choice of the task layout. */
import { expect, test } from '@jest/globals';
import { chooseLayout } from '../../../src/policy/datasync/layout.ts';

test.each([
  ['one agent and a sufficient quota', { chunks: 90 }, 'task-per-chunk', 90],
  ['more chunks than the quota', { chunks: 100 }, 'pool', 1],
  ['other tasks in the region', { chunks: 50, otherTasks: 60 }, 'pool', 1],
  ['several agents', { chunks: 10, agents: 3 }, 'pool', 3],
  ['aws.layout: pool', { chunks: 10, asked: 'pool' as const }, 'pool', 1],
  [
    'aws.layout: task-per-chunk',
    { chunks: 10, agents: 3, asked: 'task-per-chunk' as const },
    'task-per-chunk',
    10,
  ],
])('chooses the layout for %s', (_what, facts, layout, tasks) => {
  const answer = chooseLayout({
    asked: 'auto',
    agents: 1,
    taskQuota: 100,
    otherTasks: 0,
    ...facts,
  });

  expect(answer).toMatchObject({ layout, tasks, networkInterfaces: tasks * 4 });
  expect(answer.because).not.toBe('');
});
