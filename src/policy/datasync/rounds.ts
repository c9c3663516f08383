/** How an execution of a round verifies, and whether its chunk may be removed from. Pure. */
import type { Scope, ScopeFilters } from './filters.ts';

export interface RoundFacts {
  readonly kind: 'seed' | 'catch-up' | 'final' | 'rehearsal';
  readonly deletes: boolean;
  readonly verify: 'copied' | 'full';
  /** Entries that were copied by executions which left no report. */
  readonly unreported: number;
}

export interface VerifyAnswer {
  readonly mode: 'POINT_IN_TIME_CONSISTENT' | 'ONLY_FILES_TRANSFERRED';
  readonly because: string;
}

/** POINT_IN_TIME reads everything on both sides: the only list of the source, and the only proof of it. */
export function verifyMode({ kind, deletes, verify, unreported }: RoundFacts): VerifyAnswer {
  const whole = (because: string): VerifyAnswer => ({ mode: 'POINT_IN_TIME_CONSISTENT', because });
  if (kind === 'final') return whole('the last round proves everything');
  if (verify === 'full') return whole('verify.mode is full');
  if (deletes) return whole('what is gone at the source shows only in a list of all that is there');
  if (unreported > 0) return whole(`${unreported} entries were copied without a report`);
  return { mode: 'ONLY_FILES_TRANSFERRED', because: 'what this round copies is read back' };
}

export interface RemovalFacts {
  readonly scope: Scope;
  readonly filters: ScopeFilters;
  /** Whether DataSync can name the only root as the path of a location. */
  readonly rootIsPath: boolean;
  /** The root itself is gone at the source: no location can be there. */
  readonly rootIsGone: boolean;
  /** aws.removeWithFilters: somebody has tried it out. */
  readonly removeWithFilters: boolean;
}

export type RemovalAnswer =
  | { readonly where: 'mirrored location'; readonly because: string }
  | { readonly where: 'filters'; readonly because: string }
  | { readonly where: 'nowhere'; readonly because: string };

/** REMOVE together with filters is not documented, so only a location that holds just the chunk is safe. */
export function decideRemoval(facts: RemovalFacts): RemovalAnswer {
  const { scope, filters, rootIsPath, rootIsGone, removeWithFilters } = facts;
  const single = scope.roots.length === 1;
  if (single && rootIsPath && !rootIsGone && filters.excludes === undefined) {
    return {
      where: 'mirrored location',
      because: 'the chunk is one directory with nothing left out',
    };
  }
  if (removeWithFilters) return { where: 'filters', because: 'aws.removeWithFilters allows it' };
  const why = !single
    ? 'the chunk has several roots'
    : rootIsGone
      ? 'its directory is gone'
      : filters.excludes === undefined
        ? 'its name cannot be the path of a location'
        : 'something in it is left out by a filter';
  return {
    where: 'nowhere',
    because: `${why}, and what REMOVE does with filters is not documented`,
  };
}
