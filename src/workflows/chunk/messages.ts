/** Messages and queries of a chunk workflow. */
import { defineQuery, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ChunkVerb } from '../../protocol/messages.ts';
import { registerVerbs, type Verb } from '../runtime/message-table.ts';
import { withRejected } from '../runtime/rejected.ts';
import type { ChunkRun } from './run.ts';

export function listenToChunk(run: ChunkRun): void {
  setHandler(defineQuery<unknown>('progress'), () => progressOf(run), {
    description: 'State, round, and why it is blocked',
  });
  registerVerbs(chunkVerbs(run), (name, because) => {
    run.state.rejected = withRejected(run.state.rejected, name, because);
    run.show();
  });
}

function chunkVerbs(run: ChunkRun): Record<ChunkVerb, Verb> {
  const { state } = run;
  const always = (): undefined => undefined;
  const whileBlocked = (): string | undefined =>
    state.state === 'blocked' ? undefined : `the chunk is not blocked, it is ${state.state}`;
  return {
    pause: {
      description: 'Stop the running step at a safe point. {"by", "reason"}',
      validate: always,
      apply: () => {
        state.paused = true;
        run.activity?.cancel();
        return 'pausing';
      },
    },
    resume: {
      description: 'Continue after a pause. {"by", "reason"}',
      validate: always,
      apply: () => ((state.paused = false), 'resumed'),
    },
    retry: {
      description: 'While blocked: try again, the cause is fixed. {"by", "reason"}',
      validate: whileBlocked,
      apply: () => ((state.decision = 'retry'), 'trying again'),
    },
    skip: {
      description: 'While blocked: leave what is open to the next round. {"by", "reason"}',
      validate: whileBlocked,
      apply: () => ((state.decision = 'skip'), 'skipped in this round'),
    },
  };
}

function progressOf({ input, state }: ChunkRun): object {
  return {
    chunk: input.chunk,
    round: input.round.number,
    state: state.state,
    paused: state.paused,
    blocked: state.blocked,
    rejectedMessages: state.rejected,
    runId: workflowInfo().runId,
  };
}
