/** What the stages of a migration share: its state, its account in the ledger, what people see of it. */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { LedgerNote } from '../../protocol/activities.ts';
import { nextPhase, type PhaseEvent } from '../../policy/rounds/phase.ts';
import { controlActivities } from '../runtime/activity-stubs.ts';
import type { MigrationInput, MigrationOutcome } from '../../protocol/inputs.ts';
import { EffectQueue } from '../runtime/effect-queue.ts';
import { dataReady } from './facts.ts';
import { detailsOf } from './details.ts';
import { blockedChunks, openState, type MigrationState } from './state.ts';
import { MigrationWaits } from './waits.ts';
import { BLOCKED_CHUNKS, MIGRATION_ID, MIGRATION_PHASE } from '../runtime/search-attributes.ts';

export class MigrationRun {
  readonly name: string;
  readonly state: MigrationState;
  readonly waits: MigrationWaits;
  readonly #queue = new EffectQueue();
  #shownPhase: string | undefined;
  #shownBlocked = -1;

  constructor({ migration, state }: MigrationInput) {
    this.name = migration;
    this.state = openState(state);
    this.waits = new MigrationWaits(this.state);
  }

  begin(): void {
    // What was said is written down, even when the workflow is cancelled meanwhile.
    void CancellationScope.nonCancellable(() => this.#queue.run());
    this.show();
  }

  /** Done after what was set in motion before, and before the run ends. */
  setInMotion(effect: () => Promise<void>): void {
    this.#queue.add(effect);
  }

  /** A line for the ledger. */
  note(kind: string, key: string, data: LedgerNote['data']): void {
    const note: LedgerNote = { kind, key, at: new Date().toISOString(), data };
    this.setInMotion(() =>
      controlActivities(this.name, `ledger: ${kind}`).record({ migration: this.name, note }),
    );
  }

  enter(event: PhaseEvent): void {
    const { state } = this;
    const step = nextPhase(state.phase, event);
    state.because = step.because;
    if (step.action === 'enter') {
      state.phase = step.phase;
      this.note('phase', `phase/${state.round}/${state.cutovers}/${step.phase}`, {
        phase: step.phase,
        because: step.because,
      });
    }
    this.show();
  }

  judgeData(): void {
    const { ready, because } = dataReady(this.state, Date.now());
    this.enter({ type: 'gates', open: ready, because });
  }

  /** A message has changed the state. */
  changed(): void {
    this.waits.wake();
    this.show();
  }

  /** Search attributes cost an event: only what changed. */
  show(): void {
    const { phase } = this.state;
    const blocked = blockedChunks(this.state).length;
    setCurrentDetails(detailsOf(this.name, this.state, Date.now()));
    if (phase !== this.#shownPhase || blocked !== this.#shownBlocked) {
      upsertSearchAttributes([
        { key: MIGRATION_ID, value: this.name },
        { key: MIGRATION_PHASE, value: phase },
        { key: BLOCKED_CHUNKS, value: blocked },
      ]);
    }
    this.#shownPhase = phase;
    this.#shownBlocked = blocked;
  }

  /** Everything that was said is done and written before the run ends. */
  async settle(): Promise<void> {
    await this.#queue.idle();
    await condition(allHandlersFinished);
  }

  /** A history must not grow over the months. */
  async continueAsNew(): Promise<void> {
    await this.settle();
    this.waits.throwIfAborted();
    await continueAsNew<(input: MigrationInput) => Promise<MigrationOutcome>>({
      v: 1,
      migration: this.name,
      state: this.state,
    });
  }

  outcome(): MigrationOutcome {
    const { phase, because, round } = this.state;
    const ended = phase === 'aborted' ? 'aborted' : 'done';
    return { migration: this.name, phase: ended, because, rounds: round };
  }
}
