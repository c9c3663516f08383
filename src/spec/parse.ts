/** Parses YAML text to a spec. Reports all problems at once, each with its path and line. No I/O. */
import { consistencyProblems } from './consistency.ts';
import { parseYaml } from './reading/parse-yaml.ts';
import { joinKeys, type Inconsistency, type SpecProblem } from './reading/problem.ts';
import { specSchema, type MigrationSpec } from './schema.ts';
import { soundPart, type SoundPart } from './sound-part.ts';

export interface ParsedSpec {
  /** Undefined unless every single field is valid. */
  readonly spec?: MigrationSpec;
  /** Where some fields are wrong: what the right ones can still be judged by. */
  readonly sound?: SoundPart;
  readonly problems: readonly SpecProblem[];
  /** Returns the line of a key, for problems found later. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

export function parseSpec(text: string): ParsedSpec {
  const { value: spec, written, problems, lineOf } = parseYaml(text, specSchema);
  const placed = ({ keys, message }: Inconsistency): SpecProblem => {
    const line = lineOf(keys);
    return { ...(line === undefined ? {} : { line }), path: joinKeys(keys), message };
  };
  if (spec !== undefined) return { spec, problems: consistencyProblems(spec).map(placed), lineOf };
  const sound = soundPart(written);
  if (sound === undefined) return { problems, lineOf };
  const more = consistencyProblems(sound.spec).filter(sound.mayBeJudged);
  return { sound, problems: [...problems, ...more.map(placed)], lineOf };
}
