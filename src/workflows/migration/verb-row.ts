/** What a verb of a migration is, and what it may set in motion. */
import type { ControlsChange } from '../../policy/rounds/controls.ts';
import type { MigrationVerb } from '../../protocol/messages.ts';
import type { Fields } from '../runtime/message-table.ts';
import type { Said } from './state.ts';

/** What a message sets in motion beyond the state. */
export interface Effects {
  change(change: ControlsChange): void;
  tellRound(verb: 'pause' | 'resume'): void;
  tellChunk(chunk: string, verb: 'retry' | 'skip', said: Said): void;
  abort(said: Said): void;
}

/** A verb, before it is known who says it and whether the migration is over. */
export interface VerbRow {
  readonly description: string;
  /** Why it cannot be done now, or what is wrong with the message; undefined when it is fine. */
  refuse(fields: Fields): string | undefined;
  /** Does it, and says what was done. */
  obey(fields: Fields, said: Said): string;
}

export type VerbRows<V extends MigrationVerb> = Readonly<Record<V, VerbRow>>;
