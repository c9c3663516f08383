/** Signals and queries of a round workflow. Operators send their messages to the migration. */
import { defineQuery, setHandler } from '@temporalio/workflow';
import { internalMessage, notInternal } from '../runtime/internal-messages.ts';
import { withRejected } from '../runtime/rejected.ts';
import { listenForSignals, type Signals } from '../runtime/signals.ts';
import type { RoundRun } from './run.ts';
import { addBlocked } from './state.ts';

export function listenToRound(run: RoundRun): void {
  const reject = (name: string, because: string): void => {
    run.rejected = withRejected(run.rejected, name, because);
    run.show();
  };
  listenForSignals(roundSignals(run, reject), (name) =>
    reject(name, 'a round has no such message; send it to the migration'),
  );
  setHandler(
    defineQuery<object>('progress'),
    () => ({ ...run.status(), paused: run.pauses.paused, rejectedMessages: run.rejected }),
    { description: 'Chunks done, running, blocked' },
  );
}

function roundSignals(run: RoundRun, reject: (name: string, because: string) => void): Signals {
  return {
    pause: {
      description: 'Sent by the migration: start no chunk, pause the running ones',
      receive: () => run.pauses.set(true),
    },
    resume: {
      description: 'Sent by the migration: continue after a pause',
      receive: () => run.pauses.set(false),
    },
    knock: {
      description: 'Sent by the migration: checks that the round is still open',
      receive: () => undefined,
    },
    chunkBlocked: {
      description: 'Sent by a chunk that needs a person',
      receive: (sent) => {
        const blocked = internalMessage('chunkBlocked', sent);
        if (blocked === undefined) return reject('chunkBlocked', notInternal('chunkBlocked'));
        addBlocked(run.state, blocked);
        run.leaveWindow(blocked.chunk);
      },
    },
  };
}
