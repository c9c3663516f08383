/** The messages a round takes; operators speak to the migration. */
import {
  defineQuery,
  defineSignal,
  log,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import type { BlockedChunk } from './api.ts';

export interface RoundListener {
  pause(): void;
  resume(): void;
  blocked(blocked: BlockedChunk): void;
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
    (message) => {
      if (isBlockedChunk(message)) round.blocked(message);
    },
    { description: 'Sent by a chunk that needs a person' },
  );
  setHandler(defineQuery<object>('progress'), () => round.progress(), {
    description: 'Chunks done, running, blocked',
  });
  setDefaultSignalHandler((name) => log.warn('a message that a round does not know', { name }));
}

export function isBlockedChunk(message: unknown): message is BlockedChunk {
  if (typeof message !== 'object' || message === null) return false;
  const fields = message as Readonly<Record<string, unknown>>;
  return ['chunk', 'step', 'code', 'because', 'since'].every(
    (key) => typeof fields[key] === 'string',
  );
}
