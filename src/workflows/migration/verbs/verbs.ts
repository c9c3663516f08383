/** All verbs of a migration. Each is refused once the migration has ended, and recorded when it is applied. */
import { isOver } from '../../../policy/rounds/phase.ts';
import type { MigrationVerb } from '../../../protocol/messages.ts';
import type { MessageFields, Verb } from '../../runtime/message-table.ts';
import { blockedChunkVerbs } from './blocked-chunk-verbs.ts';
import { cutoverVerbs } from './cutover-verbs.ts';
import { paceVerbs } from './pace-verbs.ts';
import type { Attribution, MigrationState } from '../state/state.ts';
import type { Effects, VerbRows } from './verb.ts';

/** Called before a verb is applied. */
export type RecordDecision = (verb: string, by: Attribution, fields: MessageFields) => void;

export function migrationVerbs(
  state: MigrationState,
  effects: Effects,
  record: RecordDecision,
): Record<MigrationVerb, Verb> {
  // The order counts where histories replay that began before the patch `signals-in-order`.
  const rows: VerbRows<MigrationVerb> = {
    ...paceVerbs(state, effects),
    ...blockedChunkVerbs(state, effects),
    ...cutoverVerbs(state, effects),
  };
  const verbs = Object.entries(rows).map(([name, row]) => {
    const verb: Verb = {
      description: `${row.description} {"by", "reason"}`,
      validate: (fields) =>
        isOver(state.phase) ? `the migration is ${state.phase}` : row.validate(fields),
      apply: (fields) => {
        const by = attributionOf(fields);
        record(name, by, fields);
        return row.apply(fields, by);
      },
    };
    return [name, verb] as const;
  });
  return Object.fromEntries(verbs) as Record<MigrationVerb, Verb>;
}

function attributionOf({ by, reason }: MessageFields): Attribution {
  return {
    by: typeof by === 'string' && by !== '' ? by : 'an operator',
    because: typeof reason === 'string' && reason !== '' ? reason : 'no reason given',
    at: new Date().toISOString(),
  };
}
