/** Translates command definitions to commander's. */
import { Argument, Command, Option } from 'commander';
import type { AnyCommand, OptionDefinition } from './command/command.ts';
import { helpOf } from './help.ts';

export type Runner = (
  definition: AnyCommand,
  args: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
) => Promise<void>;

export function toCommander(definition: AnyCommand, run: Runner): Command {
  const command = new Command(definition.name)
    .summary(definition.summary)
    .helpOption('-h, --help', 'show this help')
    .allowExcessArguments(false)
    .configureHelp({ formatHelp: () => helpOf(definition) });
  for (const [syntax, description] of definition.args ?? []) {
    command.addArgument(new Argument(syntax, description));
  }
  for (const option of definition.options ?? []) command.addOption(toOption(option));
  command.action(async () => {
    await run(definition, command.processedArgs as unknown[], command.opts());
  });
  return command;
}

function toOption({ flags, description, choices, parse, mandatory }: OptionDefinition): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices);
  if (parse !== undefined) option.argParser(parse);
  if (mandatory === true) option.makeOptionMandatory();
  return option;
}
