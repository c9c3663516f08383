/** Translates zod issues to problems that name the path, the expected and the found value. */
import type { z } from 'zod';
import { closestName } from './closest-name.ts';
import { joinKeys, quoteFound, type SpecProblem } from './problem.ts';

type Issue = z.core.$ZodIssue;
type Keys = readonly PropertyKey[];

export interface Checked {
  readonly schema: unknown;
  readonly value: unknown;
  readonly lineOf: (path: Keys) => number | undefined;
}

/** `at` leads from the value's root to where the issue's own path begins. */
export function toProblems(issue: Issue, checked: Checked, at: Keys = []): SpecProblem[] {
  const path = [...at, ...issue.path];
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, path, checked);
  if (issue.code === 'invalid_union') {
    const branch = likeliest(issue.errors);
    const schema = optionsAt(checked.schema, path)[branch] ?? checked.schema;
    const inner = {
      ...checked,
      schema,
      value: valueAt(checked.value, path),
      lineOf: (below: Keys) => checked.lineOf([...path, ...below]),
    };
    const problems = (issue.errors[branch] ?? []).flatMap((each) => toProblems(each, inner));
    if (problems.length > 0) return problems.map((each) => below(path, each));
  }
  const found = quoteFound(valueAt(checked.value, path));
  return [problem(path, `${expectation(issue)}, found ${found}`, checked)];
}

/** Returns the index of the alternative with the fewest issues: the shape that was probably meant. */
function likeliest(errors: readonly (readonly Issue[])[]): number {
  const misses = errors.map((issues) =>
    issues.reduce(
      (sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1),
      0,
    ),
  );
  return misses.indexOf(Math.min(...misses));
}

function below(path: Keys, { path: rest, ...problem }: SpecProblem): SpecProblem {
  const joint = rest === '' || rest.startsWith('[') ? '' : '.';
  return { ...problem, path: `${joinKeys(path)}${joint}${rest}` };
}

function unknownKeys(keys: readonly string[], path: Keys, checked: Checked): SpecProblem[] {
  const known = keysOf(schemaAt(checked.schema, path));
  return keys.map((key) => {
    const close = closestName(key, known);
    const advice =
      close === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${close}"?`;
    return problem([...path, key], `unknown key; ${advice}`, checked);
  });
}

function problem(path: Keys, message: string, { lineOf }: Checked): SpecProblem {
  const line = lineOf(path);
  return { ...(line === undefined ? {} : { line }), path: joinKeys(path), message };
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of keys',
};

function expectation(issue: Issue): string {
  // What the schema says in its own words comes first.
  if (issue.message.startsWith('expected ')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${KIND_WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value': {
      const values = issue.values.map((item) => quoteFound(item));
      return `expected ${values.length === 1 ? '' : 'one of '}${values.join(', ')}`;
    }
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `expected at least ${issue.minimum} ${issue.origin === 'array' ? 'item' : 'character'}`
        : `expected a number from ${issue.minimum} up`;
    case 'too_big':
      return `expected at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'expected a time with its offset, such as "2026-12-01T22:00:00Z"'
        : `expected ${issue.format}`;
    default:
      return `expected something else (${issue.message})`;
  }
}

function valueAt(value: unknown, path: Keys): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

/** A schema as far as it matters here, whatever wraps it. */
interface Looked {
  readonly shape?: Readonly<Record<PropertyKey, unknown>>;
  readonly element?: unknown;
  readonly options?: readonly unknown[];
  readonly def?: { readonly innerType?: unknown };
}

function schemaAt(schema: unknown, path: Keys): Looked {
  return path.reduce<Looked>((at, key) => {
    const { shape, element } = at;
    return unwrap(typeof key === 'number' ? element : shape?.[key]);
  }, unwrap(schema));
}

/** The keys of a block and what each may hold; undefined for anything else, also for a choice of blocks. */
export const shapeOf = (schema: unknown): Looked['shape'] => unwrap(schema).shape;

const keysOf = ({ shape }: Looked): readonly string[] => Object.keys(shape ?? {});

const optionsAt = (schema: unknown, path: Keys): readonly unknown[] =>
  schemaAt(schema, path).options ?? [];

/** Past defaults and options. */
function unwrap(schema: unknown): Looked {
  let at = (schema ?? {}) as Looked;
  while (at.def?.innerType !== undefined) at = at.def.innerType as Looked;
  return at;
}
