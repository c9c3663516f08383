/** Runs a command line: from arguments to an exit code. All failures are printed here. */
import { Command } from 'commander';
import { CODES } from '../errors/codes.ts';
import { describeFailure, type Failure } from '../errors/failure.ts';
import { closestName } from '../spec/reading/closest-name.ts';
import { toCommander } from './to-commander.ts';
import type { AnyCommand } from './command/command.ts';
import { COMMANDS } from './commands.ts';
import { advice, exitOf, failureOf, type ExitCode } from './command/exit.ts';
import { mainHelp } from './main-help.ts';
import { openTerminal, toRecord, type Stream, type Terminal } from '../terminal/terminal.ts';
import { packageVersion } from './package-version.ts';

export interface ProgramOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly noColor: boolean;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs a command and prints its failure, if any. `args` excludes node and the script. Never throws. */
export async function main(args: readonly string[], world: ProgramOptions): Promise<ExitCode> {
  const json = args.includes('--json');
  const terminal = openTerminal({ ...world, json });
  let exit: ExitCode = 0;
  let called: CalledCommand | undefined;
  try {
    const program = await programFor(args, world, async (definition, words, options) => {
      called = { definition, words };
      exit = await definition.run(terminal, words as never, options as never);
    });
    if (args.length === 0) {
      world.stderr.write(mainHelp());
      return 2;
    }
    await program.parseAsync(args, { from: 'user' });
    terminal.status(undefined);
    return exit;
  } catch (thrown) {
    terminal.status(undefined);
    const failure = unknownHelpTopic(thrown, args) ?? failureOf(thrown, args);
    if (failure === undefined) return 0;
    printFailure(terminal, world.stderr, withAdvice(failure, called), thrown);
    return exitOf(failure);
  }
}

/** Builds the program with the called command in full; commander needs the others for suggestions only. */
async function programFor(
  args: readonly string[],
  world: ProgramOptions,
  run: (definition: AnyCommand, words: readonly unknown[], options: object) => Promise<void>,
): Promise<Command> {
  const program = new Command('longhaul')
    .version(packageVersion(), '-V, --version')
    .configureHelp({ formatHelp: mainHelp })
    .helpCommand('help [command]', 'show help');
  const asked = args[0] === 'help' ? args[1] : args.find((word) => !word.startsWith('-'));
  for (const row of COMMANDS) {
    program.addCommand(
      row.name === asked ? toCommander(await row.load(), run) : new Command(row.name),
    );
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: () => undefined, // `printFailure` prints it
    });
  }
  return program;
}

/** Returns the failure of `longhaul help TOPIC` for an unknown topic, which commander does not report. */
function unknownHelpTopic(thrown: unknown, [help, topic]: readonly string[]): Failure | undefined {
  const exitCode = (thrown as { readonly exitCode?: unknown }).exitCode;
  const known = topic === undefined || COMMANDS.some(({ name }) => name === topic);
  if (help !== 'help' || known || exitCode === 0) return undefined;
  const meant = closestName(
    topic,
    COMMANDS.map(({ name }) => name),
  );
  const suggestion = meant === undefined ? '' : ` (Did you mean ${meant}?)`;
  const message = `Unknown command '${topic}'${suggestion}`;
  return { code: 'USAGE', message, hint: 'See: longhaul help.' };
}

interface CalledCommand {
  readonly definition: AnyCommand;
  readonly words: readonly unknown[];
}

/** Adds the hint, in terms of the command that was called and its migration. */
function withAdvice(failure: Failure, called: CalledCommand | undefined): Failure {
  const hint = failure.hint ?? CODES[failure.code].hint;
  if (called === undefined) return { ...failure, hint };
  const { name, args } = called.definition;
  const takesMigration = args?.[0]?.[0] === '<name>';
  const migration = takesMigration ? String(called.words[0]) : undefined;
  return { ...failure, hint: advice(hint, { command: name, migration }) };
}

function printFailure(terminal: Terminal, stderr: Stream, failure: Failure, thrown: unknown): void {
  if (terminal.json) {
    stderr.write(`${toRecord('error', { ...failure, exit: exitOf(failure) })}\n`);
    return;
  }
  stderr.write(`longhaul: ${describeFailure(failure)}\n`);
  const stack = (thrown as { stack?: unknown }).stack;
  if (failure.code === 'BUG' && typeof stack === 'string') stderr.write(`${stack}\n`);
}
