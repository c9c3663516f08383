/** Sends one message to one migration: all steering commands share the options, the call and the output. */
import type { MigrationMessages, MigrationVerb } from '../../protocol/messages.ts';
import type { ExitCode } from './exit.ts';
import {
  attribution,
  byOption,
  jsonOption,
  reasonOption,
  stateOption,
  type AttributionOptions,
  type JsonOption,
  type StateOption,
} from './options.ts';
import type { OptionDefinition } from './command.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withClient } from './with-client.ts';

export type MessageOptions = AttributionOptions & StateOption & JsonOption;

export const messageOptions: readonly OptionDefinition[] = [
  reasonOption,
  byOption,
  stateOption,
  jsonOption,
];

/** Sends the message and prints the answer. Without a worker the server stores it, and this says so. */
export async function sendMessage<V extends MigrationVerb>(
  terminal: Terminal,
  name: string,
  options: MessageOptions,
  [verb, details]: readonly [V, Omit<MigrationMessages[V], 'by' | 'reason'>],
): Promise<ExitCode> {
  const message = { ...attribution(options), ...details } as MigrationMessages[V];
  const sent = await withClient({ ...options, name }, (client) => client.send(name, verb, message));
  if (terminal.json) {
    terminal.record('sent', { migration: name, ...sent });
  } else if (sent.answered) {
    terminal.print(`${name}: ${sent.answer ?? 'done'}`);
  } else {
    terminal.print(`${name}: stored`);
    terminal.say(
      'No worker answered. The server keeps the message, and the migration acts on it as soon as a worker runs: longhaul worker',
    );
  }
  return 0;
}
