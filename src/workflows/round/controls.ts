/** The messages a round takes; operators speak to the migration. */
import { defineQuery, setHandler } from '@temporalio/workflow';
import type { BlockedChunk } from '../../protocol/reports.ts';
import { internalMessage, notOurs } from '../runtime/internal-messages.ts';
import { listenForSignals, type Signals } from '../runtime/signals.ts';

export interface RoundListener {
  pause(): void;
  resume(): void;
  blocked(blocked: BlockedChunk): void;
  rejected(name: string, because: string): void;
  progress(): object;
}

export function listenToRound(round: RoundListener): void {
  const signals: Signals = {
    pause: {
      description: 'Sent by the migration: start no chunk, pause the running ones',
      take: () => round.pause(),
    },
    resume: { description: 'Sent by the migration: go on', take: () => round.resume() },
    knock: {
      description: 'Sent by the migration, to see whether the round is still there',
      take: () => undefined,
    },
    chunkBlocked: {
      description: 'Sent by a chunk that needs a person',
      take: (sent) => {
        const message = internalMessage('chunkBlocked', sent);
        if (message === undefined) round.rejected('chunkBlocked', notOurs('chunkBlocked'));
        else round.blocked(message);
      },
    },
  };
  listenForSignals(signals, (name) =>
    round.rejected(name, 'a round takes no such message; speak to the migration'),
  );
  setHandler(defineQuery<object>('progress'), () => round.progress(), {
    description: 'Chunks done, running, blocked',
  });
}
