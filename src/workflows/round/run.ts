/** A running round workflow: its input, its state, the chunks that run, and what operators see of it. */
import { setCurrentDetails } from '@temporalio/workflow';
import type { RoundInput } from '../../protocol/inputs.ts';
import type { RoundStatus } from '../../protocol/reports.ts';
import { blocks } from '../runtime/markdown.ts';
import { rejectedBlock, type Rejected } from '../runtime/rejected.ts';
import { ChunkPauses } from './chunk-pauses.ts';
import { openRound, type RoundState } from './state.ts';

const MAX_RUNNING_LISTED = 100;

export class RoundRun {
  readonly input: RoundInput;
  readonly state: RoundState;
  readonly pauses: ChunkPauses;
  /** Ids of the chunks that are still open from earlier rounds. */
  readonly openBefore: ReadonlySet<string>;
  /** Maximum number of chunks that run at once. */
  readonly windowSize: number;
  /** Ids of the chunks in the window. */
  readonly running = new Set<string>();
  /** Number of children that this run has started, since the last continue-as-new. */
  childrenStarted = 0;
  /** True if the status has changed since it was last sent to the migration. */
  isStatusNew = true;
  rejected: Rejected[] = [];

  constructor(input: RoundInput) {
    this.input = input;
    this.state = openRound(input.state, new Date().toISOString());
    this.openBefore = new Set(input.blocked);
    this.windowSize = Math.max(1, input.settings.concurrentChunks);
    this.pauses = new ChunkPauses(input.migration, this.running, input.paused === true);
  }

  /** Takes a chunk that ended or is blocked out of the window. */
  leaveWindow(chunk: string): void {
    this.running.delete(chunk);
    this.isStatusNew = true;
    this.show();
  }

  show(): void {
    const { round, migration } = this.input;
    const { done, chunks, blockedCount } = this.state;
    const counts = `${done} of ${chunks} chunks done, ${blockedCount} blocked`;
    setCurrentDetails(
      blocks(
        `**Round ${round.number}** (${round.kind}) of \`${migration}\`: ${counts}`,
        rejectedBlock(this.rejected),
      ),
    );
  }

  status(): RoundStatus {
    const { chunks, done } = this.state;
    const running = [...this.running].slice(0, MAX_RUNNING_LISTED);
    return { round: this.input.round.number, chunks, done, running };
  }
}
