/** Finds files that may never complete on a link that drops. */
import { formatDuration } from '../../units.ts';
import type { LimitFinding } from './destination-limits.ts';
import type { TreeSummary } from './tree-summary.ts';

interface SlowFileSpec {
  readonly link: {
    readonly bandwidth?: number | undefined;
    readonly meanTimeBetweenDrops?: number | undefined;
  };
  readonly resumesInFiles: boolean;
}

/** A file that takes longer than the time between drops, and restarts after each, may never complete. */
export function slowFiles({ largestFiles }: TreeSummary, spec: SlowFileSpec): LimitFinding[] {
  const { bandwidth, meanTimeBetweenDrops: between } = spec.link;
  if (spec.resumesInFiles || bandwidth === undefined || between === undefined) return [];
  const msOf = (bytes: number): number => (bytes / bandwidth) * 1000;
  const slow = largestFiles.filter(({ count }) => msOf(count) > between);
  const longest = Math.max(0, ...largestFiles.map(({ count }) => msOf(count)));
  const prefix = slow.length === largestFiles.length && slow.length > 1 ? 'at least ' : '';
  return [
    {
      check: 'time of one file',
      verdict: slow.length === 0 ? 'fits' : 'warning',
      found:
        slow.length === 0
          ? `${formatDuration(longest)} at most`
          : `${prefix}${slow.length} above it, ${formatDuration(longest)} at most`,
      limit: `${formatDuration(between)} between drops, after which it starts again`,
      paths: slow.map(({ path }) => path),
    },
  ];
}
