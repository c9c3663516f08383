/** What a command is: its words, its examples, its options, and one function that does it. */
import type { ExitCode } from './exit.ts';
import type { Terminal } from '../../terminal/terminal.ts';

export interface CommandDefinition<
  Args extends readonly unknown[] = readonly unknown[],
  Options extends object = object,
> {
  readonly name: string;
  /** One line, imperative, no full stop. */
  readonly summary: string;
  /** A few sentences under the summary, when the name does not say it all. */
  readonly details?: string;
  /** `[syntax, description]` as commander writes them: '<name>', '[path]', '<pattern...>'. */
  readonly args?: readonly (readonly [string, string])[];
  readonly options?: readonly OptionDefinition[];
  /** `[command line, what it does]`, simple to rare. */
  readonly examples: readonly (readonly [string, string])[];
  /** Exit codes beside 1, which any command can end with. */
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

/** A definition whose types its own module knows and nobody else needs. */
export type AnyCommand = CommandDefinition<never, never>;

export function define<Args extends readonly unknown[], Options extends object>(
  definition: CommandDefinition<Args, Options>,
): AnyCommand {
  return definition;
}

/** Collects an option given several times. */
export const repeated = (value: string, previous: unknown): string[] => [
  ...((previous as string[] | undefined) ?? []),
  value,
];
