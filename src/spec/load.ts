/** Reads a migration spec: offline, without the environment, and with all problems at once. */
import { readFileSync } from 'node:fs';
import { LonghaulError } from '../errors/failure.ts';
import { treeProblems } from './check-trees.ts';
import { parseSpec } from './parse.ts';
import { joinKeys, specInvalid, type SpecProblem } from './reading/problem.ts';
import type { MigrationSpec } from './schema.ts';

/** The spec in a YAML (or JSON) file. Throws SPEC_INVALID with every problem, USAGE when it cannot be read. */
export function loadSpec(path: string): MigrationSpec {
  return checkSpec(readText(path), path);
}

/** As loadSpec, for text that is at hand; `file` names it in the error. */
export function checkSpec(text: string, file: string): MigrationSpec {
  const { spec, sound, problems, lineOf } = parseSpec(text);
  const known = spec ?? sound?.spec;
  const found = known === undefined ? [] : treeProblems(known);
  const judged = sound === undefined ? found : found.filter(sound.mayBeJudged);
  const trees = judged.map(({ keys, message }): SpecProblem => {
    const line = lineOf(keys);
    return { path: joinKeys(keys), message, ...(line === undefined ? {} : { line }) };
  });
  if (spec === undefined || problems.length + trees.length > 0)
    throw specInvalid(file, [...problems, ...trees]);
  return spec;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new LonghaulError('USAGE', `Cannot read the spec ${path}: ${why}`, {
      hint: 'Write one with: longhaul init > acme.yaml.',
      cause: thrown,
    });
  }
}
