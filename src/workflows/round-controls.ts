/** The messages a round takes; operators speak to the migration. */
import {
  defineQuery,
  defineSignal,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import type { BlockedChunk } from './api.ts';
import { internalMessage, notOurs } from './internal-messages.ts';

export interface RoundListener {
  pause(): void;
  resume(): void;
  blocked(blocked: BlockedChunk): void;
  rejected(name: string, because: string): void;
  progress(): object;
}

export function listenToRound(round: RoundListener): void {
  setHandler(defineSignal('pause'), () => round.pause(), {
    description: 'Sent by the migration: start no chunk, pause the running ones',
  });
  setHandler(defineSignal('resume'), () => round.resume(), {
    description: 'Sent by the migration: go on',
  });
  setHandler(
    defineSignal<[unknown]>('chunkBlocked'),
    (sent) => {
      const message = internalMessage('chunkBlocked', sent);
      if (message === undefined) round.rejected('chunkBlocked', notOurs('chunkBlocked'));
      else round.blocked(message);
    },
    { description: 'Sent by a chunk that needs a person' },
  );
  setHandler(defineQuery<object>('progress'), () => round.progress(), {
    description: 'Chunks done, running, blocked',
  });
  setDefaultSignalHandler((name) =>
    round.rejected(name, 'a round takes no such message; speak to the migration'),
  );
}
