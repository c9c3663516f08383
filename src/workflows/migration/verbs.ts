/** What operators can say to a migration: when it makes sense, and what it changes. */
import { isOver } from '../../policy/rounds/phase.ts';
import type { MigrationVerb } from '../../protocol/messages.ts';
import { chunkVerbs } from './chunk-verbs.ts';
import { cutoverVerbs } from './cutover-verbs.ts';
import type { Fields, Verb } from '../runtime/message-table.ts';
import type { MigrationState, Said } from './state.ts';
import { paceVerbs } from './pace-verbs.ts';
import type { Effects, VerbRows } from './verb-row.ts';

export function migrationVerbs(
  state: MigrationState,
  effects: Effects,
  decided: (message: string, said: Said, fields: Fields) => void,
): Record<MigrationVerb, Verb> {
  const rows: VerbRows<MigrationVerb> = {
    ...paceVerbs(state, effects),
    ...chunkVerbs(state, effects),
    ...cutoverVerbs(state, effects),
  };
  const verbs = Object.entries(rows).map(([name, row]) => {
    const verb: Verb = {
      description: `${row.description} {"by", "reason"}`,
      refuse: (fields) =>
        isOver(state.phase) ? `the migration is ${state.phase}` : row.refuse(fields),
      obey: (fields) => {
        const said = saidIn(fields);
        decided(name, said, fields);
        return row.obey(fields, said);
      },
    };
    return [name, verb] as const;
  });
  return Object.fromEntries(verbs) as Record<MigrationVerb, Verb>;
}

function saidIn({ by, reason }: Fields): Said {
  return {
    by: typeof by === 'string' && by !== '' ? by : 'an operator',
    because: typeof reason === 'string' && reason !== '' ? reason : 'no reason given',
    at: new Date().toISOString(),
  };
}
