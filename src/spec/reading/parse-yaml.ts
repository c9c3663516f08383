/** Parses YAML text to a value of a schema. Reports all problems at once, each with its path and line. No I/O. */
import { LineCounter, isMap, isNode, isPair, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { shapeOf, toProblems } from './issue-problems.ts';
import type { SpecProblem } from './problem.ts';

type Keys = readonly PropertyKey[];

export interface ParsedYaml<T> {
  /** Undefined unless every single field is valid. */
  readonly value?: T;
  /** The parsed document; undefined when it is not valid YAML. */
  readonly written?: unknown;
  readonly problems: readonly SpecProblem[];
  /** Returns the line of a key, for problems found later. */
  readonly lineOf: (path: Keys) => number | undefined;
}

export function parseYaml<S extends z.ZodType>(text: string, schema: S): ParsedYaml<z.output<S>> {
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
  const whole = toValue(document);
  if (whole instanceof YamlRefused) {
    return { problems: [{ path: '', message: `not valid YAML: ${whole.because}` }], lineOf };
  }
  const value = withoutEmpty(whole, schema);
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data, problems: [], lineOf };
  const checked = { schema, value, lineOf };
  const problems = parsed.error.issues.flatMap((issue) => toProblems(issue, checked));
  return { written: value, problems, lineOf };
}

/** Treats a key with only comments below it, such as `link:`, as absent. */
function withoutEmpty(value: unknown, schema: unknown): unknown {
  const shape = shapeOf(schema);
  if (shape === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => inner !== null || !Object.hasOwn(shape, key),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutEmpty(inner, shape[key])]));
}

class YamlRefused {
  readonly because: string;
  constructor(because: string) {
    this.because = because;
  }
}

/** Resolves aliases; unknown and excessive ones are found only here. */
function toValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (thrown) {
    return new YamlRefused((thrown as Error).message);
  }
}

/** Returns the line of the key, or of the closest enclosing key that exists. */
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
