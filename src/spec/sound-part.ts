/**
 * The valid part of an invalid spec, so that its inconsistencies and problems on disk are reported together
 * with the invalid fields.
 */
import type { Inconsistency } from './reading/problem.ts';
import { specSchema, type MigrationSpec } from './schema.ts';

export interface SoundPart {
  /** Invalid fields have their defaults; an invalid tree has no path. */
  readonly spec: MigrationSpec;
  /** Returns true when a problem concerns only valid fields. */
  readonly mayBeJudged: (problem: Inconsistency) => boolean;
}

/** Values for required fields that are invalid. */
const PLACEHOLDERS = {
  name: 'unnamed',
  source: { path: '/' },
  destination: { path: '/' },
  stateDirectory: '/',
};
/** Fields that are only checked together: if one is invalid, the others cannot be judged. */
const ENGINE_KEYS = ['engine', 'aws', 'source', 'destination'];

/** Returns undefined when no part of the spec is usable. */
export function soundPart(written: unknown): SoundPart | undefined {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined;
  const wrong = wrongKeys(written);
  const rest = Object.entries(written).filter(([key]) => !wrong.has(key));
  const parsed = specSchema.safeParse({ ...PLACEHOLDERS, ...Object.fromEntries(rest) });
  if (!parsed.success) return undefined;
  const nowhere = { kind: 'posix', path: undefined } as unknown as MigrationSpec['source'];
  const spec = {
    ...parsed.data,
    ...(wrong.has('source') ? { source: nowhere } : {}),
    ...(wrong.has('destination') ? { destination: nowhere } : {}),
  } as MigrationSpec;
  const engineIsSound = !ENGINE_KEYS.some((key) => wrong.has(key));
  const isAboutEngine = ([first, second]: Inconsistency['keys']): boolean =>
    ENGINE_KEYS.includes(String(first)) && second !== 'path' && second !== 'marker';
  return {
    spec,
    mayBeJudged: ({ keys }) =>
      !wrong.has(String(keys[0])) && (engineIsSound || !isAboutEngine(keys)),
  };
}

function wrongKeys(written: object): ReadonlySet<string> {
  const { error } = specSchema.safeParse(written);
  const keys = (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0
      ? issue.keys
      : [String(issue.path[0])],
  );
  return new Set(keys);
}
