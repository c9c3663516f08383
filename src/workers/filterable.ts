/** How the source of a migration by DataSync is planned: by names that its filters can say. */
import type { DirectorySummary } from '../policy/chunks.ts';
import { filterText } from '../policy/datasync-filters.ts';

/** Names that no filter can say stay with the nearest directory above that has one that can. */
export function* filterable(summaries: Iterable<DirectorySummary>): Generator<DirectorySummary> {
  for (const summary of summaries)
    if (summary.path === '' || filterText(summary.path) !== undefined) yield summary;
}
