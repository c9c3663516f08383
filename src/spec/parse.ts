/** From YAML text to a spec, with every problem at once, each with its path and line. No I/O. */
import { consistencyProblems } from './consistency.ts';
import { parseYaml } from './parse-yaml.ts';
import { joinKeys, type SpecProblem } from './problem.ts';
import { specSchema, type MigrationSpec } from './schema.ts';

export interface ParsedSpec {
  /** Undefined unless every field on its own is right. */
  readonly spec?: MigrationSpec;
  readonly problems: readonly SpecProblem[];
  /** The line a key stands on, for problems found later. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

export function parseSpec(text: string): ParsedSpec {
  const { value: spec, problems, lineOf } = parseYaml(text, specSchema);
  if (spec === undefined) return { problems, lineOf };
  const inconsistencies = consistencyProblems(spec).map(({ keys, message }): SpecProblem => {
    const line = lineOf(keys);
    return { ...(line === undefined ? {} : { line }), path: joinKeys(keys), message };
  });
  return { spec, problems: inconsistencies, lineOf };
}
