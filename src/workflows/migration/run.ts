/** A running migration workflow: its state, its waits, its ledger notes, and what operators see of it. */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { nextPhase, type PhaseEvent } from '../../policy/rounds/phase.ts';
import type { LedgerNote } from '../../protocol/activities.ts';
import type { MigrationInput, MigrationOutcome } from '../../protocol/inputs.ts';
import { controlActivities } from '../runtime/activity-stubs.ts';
import { EffectQueue } from '../runtime/effect-queue.ts';
import { BLOCKED_CHUNKS, MIGRATION_ID, MIGRATION_PHASE } from '../runtime/search-attributes.ts';
import { detailsOf } from './state/details.ts';
import { dataReady } from './state/facts.ts';
import { openState } from './state/versions.ts';
import { blockedChunks, type MigrationState } from './state/state.ts';
import { MigrationWaits } from './waits.ts';

export class MigrationRun {
  readonly name: string;
  readonly state: MigrationState;
  readonly waits: MigrationWaits;
  readonly #effects = new EffectQueue();
  #shownPhase: string | undefined;
  #shownBlocked = -1;

  constructor({ migration, state }: MigrationInput) {
    this.name = migration;
    this.state = openState(state);
    this.waits = new MigrationWaits(this.state);
  }

  begin(): void {
    // Decisions are recorded even if the workflow is cancelled meanwhile.
    void CancellationScope.nonCancellable(() => this.#effects.run());
    this.show();
  }

  /** Runs the effect after those enqueued before it, and before the run ends. */
  enqueue(effect: () => Promise<void>): void {
    this.#effects.add(effect);
  }

  /** Adds a line to the ledger. */
  note(kind: string, key: string, data: LedgerNote['data']): void {
    const note: LedgerNote = { kind, key, at: new Date().toISOString(), data };
    this.enqueue(() =>
      controlActivities(this.name, `ledger: ${kind}`).record({ migration: this.name, note }),
    );
  }

  /** Enters the phase that follows the event, if the event applies in the current phase. */
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

  /** Enters 'ready to cut over' or 'catching up', depending on the data gates. */
  enterByGates(): void {
    const { ready, because } = dataReady(this.state, Date.now());
    this.enter({ type: 'gates', open: ready, because });
  }

  /** Call it when a message has changed the state. */
  changed(): void {
    this.waits.wake();
    this.show();
  }

  /** Upserts search attributes only if they changed: an upsert costs an event. */
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

  /** Waits for all effects and message handlers. */
  async settle(): Promise<void> {
    await this.#effects.idle();
    await condition(allHandlersFinished);
  }

  /** Keeps the history short over months. */
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
