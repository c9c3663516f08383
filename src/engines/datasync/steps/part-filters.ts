/** DataSync's filters for a part of a chunk. */
import { scopeFilters, type ScopeFilters } from '../../../policy/datasync/filters.ts';
import type { StepJob } from '../../engine.ts';
import type { StartRequest } from '../service/api.ts';
import type { ChunkPart } from '../service/chunk-record.ts';

/**
 * Excluded unless the spec says otherwise. Files that NFS clients have deleted while open ('.nfs' and 24
 * hex digits) are not in the list: no DataSync filter matches exactly those names.
 */
const DEFAULT_EXCLUDES = ['/.snapshot/', '/.snapshots/', '/~snapshot/', '/lost+found/'];

/** Throws UNSUPPORTED for what no filter can express. */
export function filtersOf(job: StepJob, part: ChunkPart): ScopeFilters {
  const defaults = job.spec.defaultExcludes ? DEFAULT_EXCLUDES : [];
  return scopeFilters(part, { patterns: [...defaults, ...job.excludes], paths: job.exceptions });
}

export function toFilterRules({
  includes,
  excludes,
}: ScopeFilters): Pick<StartRequest, 'Includes' | 'Excludes'> {
  const rule = (Value: string) => [{ FilterType: 'SIMPLE_PATTERN' as const, Value }];
  return {
    ...(includes === undefined ? {} : { Includes: rule(includes) }),
    ...(excludes === undefined ? {} : { Excludes: rule(excludes) }),
  };
}
