/** A running chunk workflow: its input, its state, what operators see of it, and its signals to others. */
import {
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  upsertSearchAttributes,
  type CancellationScope,
} from '@temporalio/workflow';
import type { ChunkSum } from '../../model/round.ts';
import type { ChunkInput } from '../../protocol/inputs.ts';
import type { InternalMessages } from '../../protocol/messages.ts';
import { migrationId, roundId, type ChunkState } from '../../protocol/names.ts';
import type { ChunkReport } from '../../protocol/reports.ts';
import { CHUNK_STATE } from '../runtime/search-attributes.ts';
import { chunkDetails } from './details.ts';
import { openChunk, type ChunkRunState } from './state.ts';

export class ChunkRun {
  readonly input: ChunkInput;
  readonly state: ChunkRunState;
  /** Scope of the activity that runs; a pause cancels it. */
  activity: CancellationScope | undefined;
  #shownState: ChunkState | undefined;

  constructor(input: ChunkInput) {
    this.input = input;
    this.state = openChunk(input);
  }

  enter(state: ChunkState): void {
    this.state.state = state;
    this.show();
    if (this.#shownState === state) return;
    this.#shownState = state;
    upsertSearchAttributes([{ key: CHUNK_STATE, value: state }]);
  }

  show(): void {
    setCurrentDetails(chunkDetails(this.input, this.state));
  }

  /** Signals the migration or the round. Ignores a failure: a workflow that has ended needs no signal. */
  async signal<N extends keyof InternalMessages>(
    receiver: 'migration' | 'round',
    name: N,
    message: InternalMessages[N],
  ): Promise<void> {
    const { migration, round } = this.input;
    const id = receiver === 'migration' ? migrationId(migration) : roundId(migration, round.number);
    try {
      await getExternalWorkflowHandle(id).signal(name, message);
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
  }

  async end(state: 'done' | 'skipped', sum: ChunkSum): Promise<ChunkReport> {
    this.enter(state);
    const { chunk, round } = this.input;
    const elapsedMs = Date.now() - this.state.startedAtMs;
    const report = { chunk, round: round.number, state, sum: { ...sum }, elapsedMs };
    if (this.state.wasBlocked) await this.signal('migration', 'chunkClosed', report);
    return report;
  }
}
