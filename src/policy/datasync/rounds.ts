/** Decides how the executions of a round verify, and where DataSync may remove entries. */
import type { ScopeFilters } from './filters.ts';
import type { PathScope } from './scope.ts';

export interface VerifyFacts {
  readonly kind: 'seed' | 'catch-up' | 'final' | 'rehearsal';
  readonly deletes: boolean;
  readonly verify: 'copied' | 'full';
  /** Entries copied by executions that left no report. */
  readonly unreported: number;
}

export interface VerifyAnswer {
  readonly mode: 'POINT_IN_TIME_CONSISTENT' | 'ONLY_FILES_TRANSFERRED';
  readonly because: string;
}

/** POINT_IN_TIME_CONSISTENT reads both sides completely: only its report lists the whole source. */
export function verifyMode({ kind, deletes, verify, unreported }: VerifyFacts): VerifyAnswer {
  const full = (because: string): VerifyAnswer => ({ mode: 'POINT_IN_TIME_CONSISTENT', because });
  if (kind === 'final') return full('the last round proves every entry');
  if (verify === 'full') return full('verify.mode is full');
  if (deletes) return full('only a complete list of the source shows what is gone there');
  if (unreported > 0) return full(`${unreported} entries were copied without a report`);
  return { mode: 'ONLY_FILES_TRANSFERRED', because: 'this round reads back what it copies' };
}

export interface RemovalFacts {
  readonly scope: PathScope;
  readonly filters: ScopeFilters;
  /** True when the first root can be the path of a location. */
  readonly rootIsPath: boolean;
  /** True when the first root is gone at the source: no location can begin there. */
  readonly rootIsGone: boolean;
  /** The setting aws.removeWithFilters: the operator has tested it. */
  readonly removeWithFilters: boolean;
}

export interface RemovalAnswer {
  readonly where: 'mirrored location' | 'filters' | 'nowhere';
  readonly because: string;
}

/** REMOVE with filters is undocumented, so by default only a location with just the scope is safe. */
export function decideRemoval(facts: RemovalFacts): RemovalAnswer {
  const { scope, filters, rootIsPath, rootIsGone, removeWithFilters } = facts;
  const single = scope.roots.length === 1;
  if (single && rootIsPath && !rootIsGone && filters.excludes === undefined)
    return { where: 'mirrored location', because: 'the chunk is one directory without exclusions' };
  if (removeWithFilters) return { where: 'filters', because: 'aws.removeWithFilters allows it' };
  const why = whyNotMirrored(single, rootIsGone, filters);
  const because = `${why}, and what REMOVE does with filters is not documented`;
  return { where: 'nowhere', because };
}

function whyNotMirrored(single: boolean, rootIsGone: boolean, { excludes }: ScopeFilters): string {
  if (!single) return 'the chunk has several roots';
  if (rootIsGone) return 'its directory is gone';
  if (excludes === undefined) return 'its name cannot be the path of a location';
  return 'a filter excludes something in it';
}
