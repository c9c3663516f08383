/**
 * The exit codes of the command line, in one place. What a failure ends with is a column of the
 * table in errors.ts; this names the codes for people and turns commander's complaints into ours.
 */
import { CODES, type CodeFacts } from '../../errors/codes.ts';
import { LonghaulError, toFailure, type Failure } from '../../errors/failure.ts';

export type ExitCode = CodeFacts['exit'];

export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'a fault of longhaul',
  2: 'usage or spec',
  3: 'finished with open entries',
  4: 'refused by a guard',
  5: 'server not reachable',
  130: 'interrupted; the same command goes on',
};

export function exitOf(failure: Pick<Failure, 'code'>): ExitCode {
  return CODES[failure.code].exit;
}

export function usage(message: string, hint?: string): LonghaulError {
  return new LonghaulError('USAGE', message, hint === undefined ? {} : { hint });
}

/**
 * Anything thrown by a command as a failure; undefined when commander only printed help or the
 * version. `args`: the command line, for the hint.
 */
export function failureOf(thrown: unknown, args: readonly string[]): Failure | undefined {
  const error = thrown as { code?: unknown; exitCode?: unknown; message?: unknown };
  if (typeof error?.code === 'string' && error.code.startsWith('commander.')) {
    if (error.exitCode === 0) return undefined;
    const known = error.code !== 'commander.unknownCommand' && args[0]?.startsWith('-') === false;
    const hint = `See: longhaul help${known ? ` ${args[0]}` : ''}.`;
    return { code: 'USAGE', message: tidy(String(error.message)), hint };
  }
  return ofTheCommandItself(hintAt(toFailure(thrown), args), error.code);
}

/** What an option's own parser says is about the command that was typed. */
function hintAt(failure: Failure, [command = '']: readonly string[]): Failure {
  const general = failure.code === 'USAGE' && failure.hint === CODES.USAGE.hint;
  return general && /^[a-z]/.test(command)
    ? { ...failure, hint: `See: longhaul help ${command}.` }
    : failure;
}

/**
 * In a tree a bare ENOENT means "it was deleted meanwhile", and that is no failure. Where it ends a
 * command, it is about a path that the person gave.
 */
function ofTheCommandItself(failure: Failure, thrownCode: unknown): Failure {
  if (thrownCode === failure.code || CODES[failure.code].class !== 'changed') return failure;
  return { ...failure, code: 'USAGE', hint: failure.hint ?? 'Check that path.' };
}

/**
 * The hints of errors.ts in terms of the command that failed: NAME is the migration it is about; a
 * command without one has nothing to retry but itself.
 */
export function advice(
  hint: string,
  { command, migration }: { readonly command: string; readonly migration: string | undefined },
): string {
  if (hint === CODES.USAGE.hint) return `See: longhaul help ${command}.`;
  if (migration !== undefined) return hint.replaceAll(/\bNAME\b/g, migration);
  const again = hint.replaceAll('longhaul retry NAME', 'run the same command again');
  // What is left with a NAME in it is about a migration.
  const general = again.split(/(?<=\.) (?=[A-Z])/).filter((sentence) => !/\bNAME\b/.test(sentence));
  return general.length === 0 ? again : general.join(' ');
}

/** "error: unknown option '--jsn'\n(Did you mean --json?)" → one sentence that starts with a capital. */
function tidy(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
