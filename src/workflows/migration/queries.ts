import { defineQuery, setHandler } from '@temporalio/workflow';
import { cutoverReady, nextRoundOf, settingsOf } from './state/facts.ts';
import { progressOf } from './state/progress.ts';
import type { MigrationRun } from './run.ts';
import { blockedChunks } from './state/state.ts';

export function answerQueries({ state, name }: MigrationRun): void {
  const answers: Record<string, [description: string, answer: () => unknown]> = {
    progress: [
      'Phase, round, blocked chunks, gates, next steps',
      () => progressOf(name, state, Date.now()),
    ],
    chunks: [
      'Chunks that run or are open',
      () => ({ running: state.news?.running ?? [], open: state.open }),
    ],
    exceptions: ['Blocked chunks and their reasons', () => blockedChunks(state)],
    forecast: [
      'When the next round begins, and what holds the cutover',
      () => ({
        cutover: cutoverReady(state, Date.now()),
        ...(state.settings && state.rounds.length > 0
          ? { next: nextRoundOf(state, Date.now()) }
          : {}),
      }),
    ],
    spec: ['The settings in force', () => (state.settings ? settingsOf(state) : {})],
  };
  for (const [query, [description, answer]] of Object.entries(answers))
    setHandler(defineQuery<unknown>(query), answer, { description });
}
