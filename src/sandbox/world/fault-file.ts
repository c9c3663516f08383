/** Reads a fault script in YAML and validates it against its schema. */
import { readFileSync } from 'node:fs';
import { LonghaulError } from '../../errors/failure.ts';
import { parseYaml } from '../../spec/reading/parse-yaml.ts';
import { specInvalid } from '../../spec/reading/problem.ts';
import { faultScriptSchema, type FaultScript } from './faults.ts';

/** Throws USAGE when it cannot be read, SPEC_INVALID with every problem. */
export function loadFaultScript(path: string): FaultScript {
  return parseFaultScript(readText(path), path);
}

export function parseFaultScript(text: string, file: string): FaultScript {
  const { value, problems } = parseYaml(text, faultScriptSchema);
  if (value !== undefined) return value;
  throw specInvalid(file, problems, 'Mend the script; docs/sandbox.md shows what it can say.');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const { message } = thrown as Error;
    throw new LonghaulError('USAGE', `Cannot read the fault script: ${message}`, { cause: thrown });
  }
}
