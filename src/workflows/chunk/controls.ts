/** The messages a chunk takes. */
import type { ChunkVerb } from '../../protocol/messages.ts';
import type { ChunkState } from '../../protocol/names.ts';
import { registerVerbs, type Verb } from '../runtime/message-table.ts';

export type ChunkDecision = 'retry' | 'skip';

export interface ChunkListener {
  state(): ChunkState;
  pause(): void;
  resume(): void;
  decide(decision: ChunkDecision): void;
  rejected(name: string, because: string): void;
}

export function listenToChunk(chunk: ChunkListener): void {
  const always = (): undefined => undefined;
  const whenBlocked = (): string | undefined =>
    chunk.state() === 'blocked' ? undefined : `the chunk is not blocked, it is ${chunk.state()}`;
  const verbs: Record<ChunkVerb, Verb> = {
    pause: {
      description: 'Stop the running step at a safe point. {"by", "reason"}',
      refuse: always,
      obey: () => (chunk.pause(), 'pausing'),
    },
    resume: {
      description: 'Go on where it stopped. {"by", "reason"}',
      refuse: always,
      obey: () => (chunk.resume(), 'resumed'),
    },
    retry: {
      description: 'Blocked: try again, the cause is mended. {"by", "reason"}',
      refuse: whenBlocked,
      obey: () => (chunk.decide('retry'), 'trying again'),
    },
    skip: {
      description: 'Blocked: leave what is open to the next round. {"by", "reason"}',
      refuse: whenBlocked,
      obey: () => (chunk.decide('skip'), 'skipped in this round'),
    },
  };
  registerVerbs(verbs, (name, because) => chunk.rejected(name, because));
}
