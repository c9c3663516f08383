/**
 * Exit codes of the command line: their meanings for the help, and the failure behind anything that a
 * command or commander throws. The exit code of each failure is a column of errors/codes.ts.
 */
import { CODES, type CodeFacts } from '../../errors/codes.ts';
import { LonghaulError, toFailure, type Failure } from '../../errors/failure.ts';

export type ExitCode = CodeFacts['exit'];

export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'a bug in longhaul',
  2: 'usage or spec',
  3: 'finished with open entries',
  4: 'refused by a guard',
  5: 'server not reachable',
  130: 'interrupted; the same command continues',
};

export function exitOf(failure: Pick<Failure, 'code'>): ExitCode {
  return CODES[failure.code].exit;
}

export function usage(message: string, hint?: string): LonghaulError {
  return new LonghaulError('USAGE', message, hint === undefined ? {} : { hint });
}

/**
 * Turns anything that a command throws into a failure. Returns undefined when commander only printed
 * help or the version. `args` is the command line, which the hint names.
 */
export function failureOf(thrown: unknown, args: readonly string[]): Failure | undefined {
  const error = thrown as { code?: unknown; exitCode?: unknown; message?: unknown };
  if (typeof error?.code === 'string' && error.code.startsWith('commander.')) {
    if (error.exitCode === 0) return undefined;
    const known = error.code !== 'commander.unknownCommand' && args[0]?.startsWith('-') === false;
    const hint = `See: longhaul help${known ? ` ${args[0]}` : ''}.`;
    return { code: 'USAGE', message: toSentence(String(error.message)), hint };
  }
  return asUsageOfPath(withCommandHint(toFailure(thrown), args), error.code);
}

/** Replaces the general usage hint, as option parsers throw it, by the help of the command that was typed. */
function withCommandHint(failure: Failure, [command = '']: readonly string[]): Failure {
  const general = failure.code === 'USAGE' && failure.hint === CODES.USAGE.hint;
  return general && /^[a-z]/.test(command)
    ? { ...failure, hint: `See: longhaul help ${command}.` }
    : failure;
}

/**
 * Turns an errno of class 'changed' into USAGE. Within a tree ENOENT means that an entry was deleted in
 * the meantime; when it ends a command, the path that the user gave is wrong.
 */
function asUsageOfPath(failure: Failure, thrownCode: unknown): Failure {
  if (thrownCode === failure.code || CODES[failure.code].class !== 'changed') return failure;
  return { ...failure, code: 'USAGE', hint: failure.hint ?? 'Check that path.' };
}

/**
 * Rewrites a hint of errors/codes.ts for the command that failed: NAME becomes the migration. A command
 * without a migration can only be run again, so sentences about NAME are dropped.
 */
export function advice(
  hint: string,
  { command, migration }: { readonly command: string; readonly migration: string | undefined },
): string {
  if (hint === CODES.USAGE.hint) return `See: longhaul help ${command}.`;
  if (migration !== undefined) return hint.replaceAll(/\bNAME\b/g, migration);
  const again = hint.replaceAll('longhaul retry NAME', 'run the same command again');
  const general = again.split(/(?<=\.) (?=[A-Z])/).filter((sentence) => !/\bNAME\b/.test(sentence));
  return general.length === 0 ? again : general.join(' ');
}

/** Turns "error: unknown option '--jsn'\n(Did you mean --json?)" into one line that begins with a capital. */
function toSentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
