/** A problem of a spec, and all of them as one error. */
import { LonghaulError } from '../../errors/failure.ts';

export interface SpecProblem {
  /** 'source.path', 'link.calendar[1].from'; '' for the whole. */
  readonly path: string;
  /** Line number, from 1; undefined when it is not known. */
  readonly line?: number;
  /** 'expected an absolute path, found "data"'. */
  readonly message: string;
}

export function describeProblem({ path, line, message }: SpecProblem): string {
  const where = path === '' ? 'the spec' : path;
  return `${line === undefined ? '' : `line ${line}: `}${where}: ${message}`;
}

export function specInvalid(
  file: string,
  problems: readonly SpecProblem[],
  hint = `Fix the spec, then: longhaul check ${file}.`,
): LonghaulError {
  const sorted = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const lines = sorted.map((problem) => `\n  ${describeProblem(problem)}`);
  return new LonghaulError('SPEC_INVALID', `${file} has ${count}:${lines.join('')}`, { hint });
}

/** Formats a value for a message: short and on one line. */
export function quoteFound(value: unknown): string {
  if (value === undefined) return 'nothing';
  const isOdd = typeof value === 'number' && !Number.isFinite(value); // JSON says null
  const text = isOdd ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** ['link', 'calendar', 1, 'from'] → 'link.calendar[1].from'. */
export function joinKeys(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (path, key) =>
      typeof key === 'number'
        ? `${path}[${key}]`
        : `${path}${path === '' ? '' : '.'}${String(key)}`,
    '',
  );
}

/** A problem whose line is not known yet. */
export interface Inconsistency {
  readonly keys: readonly (string | number)[];
  readonly message: string;
}
