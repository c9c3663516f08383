/** From YAML text to a spec, with every problem at once, each with its path and line. No I/O. */
import { LineCounter, isMap, isNode, isPair, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { consistencyProblems } from './consistency.ts';
import { closestName } from './closest-name.ts';
import { joinKeys, quoteFound, type SpecProblem } from './problem.ts';
import { specSchema, type MigrationSpec } from './schema.ts';

type Keys = readonly PropertyKey[];

export interface ParsedSpec {
  /** Undefined unless every field on its own is right. */
  readonly spec?: MigrationSpec;
  readonly problems: readonly SpecProblem[];
  /** The line a key stands on, for problems found later. */
  readonly lineOf: (path: Keys) => number | undefined;
}

export function parseSpec(text: string): ParsedSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (path: Keys) => lineOfKeys(document, lines, path);
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => ({
      path: '',
      line: lines.linePos(pos[0]).line,
      message: `not valid YAML: ${message}`,
    }));
    return { problems, lineOf };
  }
  const value = toValue(document);
  if (value instanceof YamlRefused) {
    return { problems: [{ path: '', message: `not valid YAML: ${value.because}` }], lineOf };
  }
  const parsed = specSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => toProblems(issue, value, lineOf));
    return { problems, lineOf };
  }
  const problems = consistencyProblems(parsed.data).map(({ keys, message }) => ({
    ...withLine(lineOf(keys)),
    path: joinKeys(keys),
    message,
  }));
  return { spec: parsed.data, problems, lineOf };
}

class YamlRefused {
  readonly because: string;
  constructor(because: string) {
    this.because = because;
  }
}

/** Aliases that lead nowhere, or to too much, are found only here. */
function toValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (thrown) {
    return new YamlRefused((thrown as Error).message);
  }
}

function withLine(line: number | undefined): { line?: number } {
  return line === undefined ? {} : { line };
}

/** The line of the key itself, or of the nearest thing around it that is there. */
function lineOfKeys(document: Document, lines: LineCounter, path: Keys): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const parent =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find(
          (item) => isPair(item) && isNode(item.key) && String(item.key.toJSON()) === String(key),
        )
      : undefined;
    const node = pair === undefined ? document.getIn(path.slice(0, length), true) : pair.key;
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

type Issue = z.core.$ZodIssue;

function toProblems(
  issue: Issue,
  value: unknown,
  lineOf: (path: Keys) => number | undefined,
): SpecProblem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => {
      const keys = [...issue.path, key];
      const close = closestName(key, known);
      const advice = close === undefined ? known.join(', ') : `did you mean "${close}"?`;
      const message = `unknown key; ${close === undefined ? `expected one of ${advice}` : advice}`;
      return { ...withLine(lineOf(keys)), path: joinKeys(keys), message };
    });
  }
  const found = quoteFound(valueAt(value, issue.path));
  const message = `${expectation(issue)}, found ${found}`;
  return [{ ...withLine(lineOf(issue.path)), path: joinKeys(issue.path), message }];
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

/** The keys that an object of the schema has, wherever defaults and options wrap it. */
function knownKeys(path: Keys): readonly string[] {
  let at: unknown = specSchema;
  for (const key of path) {
    at = unwrap(at);
    const { shape, element } = at as { shape?: Record<PropertyKey, unknown>; element?: unknown };
    at = typeof key === 'number' ? element : shape?.[key];
  }
  return Object.keys((unwrap(at) as { shape?: object }).shape ?? {});
}

function unwrap(schema: unknown): unknown {
  let at = schema as { def?: { innerType?: unknown } };
  while (at.def?.innerType !== undefined) at = at.def.innerType as typeof at;
  return at;
}
