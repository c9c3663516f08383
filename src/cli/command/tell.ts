/** One verb to one migration: how all steering commands speak and answer. */
import type { MigrationMessages, MigrationVerb } from '../../protocol/messages.ts';
import type { ExitCode } from './exit.ts';
import {
  asked,
  byOption,
  jsonOption,
  reasonOption,
  stateOption,
  type AskedOptions,
  type JsonOption,
  type StateOption,
} from './options.ts';
import type { OptionDefinition } from './command.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withClient } from './with-client.ts';

export type TellOptions = AskedOptions & StateOption & JsonOption;

export const tellOptions: readonly OptionDefinition[] = [
  reasonOption,
  byOption,
  stateOption,
  jsonOption,
];

export const nameArgument = ['<name>', 'the migration'] as const;

export async function tell<V extends MigrationVerb>(
  terminal: Terminal,
  name: string,
  options: TellOptions,
  [verb, details]: readonly [V, Omit<MigrationMessages[V], 'by' | 'reason'>],
): Promise<ExitCode> {
  const message = { ...asked(options), ...details } as MigrationMessages[V];
  const sent = await withClient({ ...options, name }, (client) => client.send(name, verb, message));
  if (terminal.json) {
    terminal.record('sent', { migration: name, ...sent });
  } else if (sent.answered) {
    terminal.print(`${name}: ${sent.answer ?? 'done'}`);
  } else {
    terminal.print(`${name}: stored`);
    terminal.say(
      'No worker answered; the server keeps the message and the migration acts on it as soon as one is there: longhaul worker',
    );
  }
  return 0;
}
