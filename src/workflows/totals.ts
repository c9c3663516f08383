/** Sums over chunks. */
import type { Totals } from './api.ts';

export function addTotals(a: Totals, b: Totals): Totals {
  const sum: Record<string, number> = { ...a };
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

const WHEREABOUTS = [
  'verified',
  'excluded',
  'excepted',
  'deleted',
  'vanished',
  'blocked',
  'drifted',
  'awaitingDelete',
  'unverified',
] as const;

/** Whether every entry seen is accounted for, as ChunkSum promises. */
export function sumCloses(totals: Totals): boolean {
  const found = WHEREABOUTS.reduce((sum, name) => sum + (totals[name] ?? 0), 0);
  return found === (totals['seen'] ?? 0);
}
