/** A verb of a migration, and the effects that it may have besides changing the state. */
import type { ControlsChange } from '../../../policy/rounds/controls.ts';
import type { ChunkVerb, MigrationVerb } from '../../../protocol/messages.ts';
import type { MessageFields } from '../../runtime/message-table.ts';
import type { Attribution } from '../state/state.ts';

export interface Effects {
  changeControls(change: ControlsChange): void;
  /** Signals the running round, if there is one. */
  signalRound(verb: 'pause' | 'resume'): void;
  signalChunk(chunk: string, verb: Extract<ChunkVerb, 'retry' | 'skip'>, from: Attribution): void;
  abort(by: Attribution): void;
}

/** A verb without the checks and records that all verbs have in common (verbs.ts). */
export interface MigrationVerbRow {
  readonly description: string;
  /** Returns why the message is refused: it is invalid, or does not apply now. Undefined: it is valid. */
  validate(fields: MessageFields): string | undefined;
  /** Applies a valid message and returns a short answer. */
  apply(fields: MessageFields, by: Attribution): string;
}

export type VerbRows<V extends MigrationVerb> = Readonly<Record<V, MigrationVerbRow>>;
