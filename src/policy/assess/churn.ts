/** Estimates how much changes in the source per day. */
import type { Churn } from './assessment.ts';
import type { TreeSummary } from './tree-summary.ts';

const DAY_MS = 86_400_000;

/** Uses the changed files of the scan if it counted them, else the growth since an earlier scan. */
export function churnOf(tree: TreeSummary, earlier: TreeSummary | undefined): Churn | undefined {
  const now = Date.parse(tree.scannedAt);
  if (tree.changed !== undefined) {
    const { since, files, bytes } = tree.changed;
    return perDay(since, now - Date.parse(since), files, bytes, `files changed since ${since}`);
  }
  if (earlier === undefined) return undefined;
  return perDay(
    earlier.scannedAt,
    now - Date.parse(earlier.scannedAt),
    Math.abs(tree.entries - earlier.entries),
    Math.abs(tree.bytes - earlier.bytes),
    `at least, from the growth since ${earlier.scannedAt}; changes in place do not show in it`,
  );
}

function perDay(
  since: string,
  spanMs: number,
  entries: number,
  bytes: number,
  because: string,
): Churn | undefined {
  if (!(spanMs > 0)) return undefined;
  const days = spanMs / DAY_MS;
  return { since, entriesPerDay: entries / days, bytesPerDay: bytes / days, because };
}
