/**
 * A spec with something wrong, without that: so that what the rest has wrong among itself and about the
 * disk is told at the same time. Pure.
 */
import type { Inconsistency } from './reading/problem.ts';
import { specSchema, type MigrationSpec } from './schema.ts';

export interface SoundPart {
  /** What is wrong has its default; a tree that is wrong has no path. */
  readonly spec: MigrationSpec;
  /** Whether a problem is one of the sound part alone. */
  readonly mayBeJudged: (problem: Inconsistency) => boolean;
}

/** What needs a value has this one meanwhile. */
const STAND_INS = {
  name: 'unnamed',
  source: { path: '/' },
  destination: { path: '/' },
  stateDirectory: '/',
};
/** Judged together: of these, one that is wrong says nothing about the others. */
const ENGINE_KEYS = ['engine', 'aws', 'source', 'destination'];

/** Undefined when nothing can be made of it. */
export function soundPart(written: unknown): SoundPart | undefined {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return undefined;
  const wrong = wrongKeys(written);
  const rest = Object.entries(written).filter(([key]) => !wrong.has(key));
  const parsed = specSchema.safeParse({ ...STAND_INS, ...Object.fromEntries(rest) });
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
