/** The definition of a command: its texts, arguments, options and examples, and the function that runs it. */
import type { ExitCode } from './exit.ts';
import type { Terminal } from '../../terminal/terminal.ts';

export interface CommandDefinition<
  Args extends readonly unknown[] = readonly unknown[],
  Options extends object = object,
> {
  readonly name: string;
  /** One line in the imperative, without a full stop. */
  readonly summary: string;
  /** A few sentences that follow the summary in the help. */
  readonly details?: string;
  /** `[syntax, description]` as commander writes them: '<name>', '[path]', '<pattern...>'. */
  readonly args?: readonly (readonly [string, string])[];
  readonly options?: readonly OptionDefinition[];
  /** `[command line, effect]`, from common to rare. */
  readonly examples: readonly (readonly [string, string])[];
  /** Exit codes other than 1, which every command can end with. */
  readonly exits: readonly ExitCode[];
  run(terminal: Terminal, args: Args, options: Options): Promise<ExitCode>;
}

export interface OptionDefinition {
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
  readonly parse?: (value: string, previous: unknown) => unknown;
  readonly mandatory?: boolean;
}

/** A definition with its parameter types erased: only the module that defines the command needs them. */
export type AnyCommand = CommandDefinition<never, never>;

export function define<Args extends readonly unknown[], Options extends object>(
  definition: CommandDefinition<Args, Options>,
): AnyCommand {
  return definition;
}

/** Collects the values of an option that is given several times. */
export const repeated = (value: string, previous: unknown): string[] => [
  ...((previous as string[] | undefined) ?? []),
  value,
];
