/** Sums over chunks. */
import type { Totals } from '../../protocol/reports.ts';

export function addTotals(a: Totals, b: Totals): Totals {
  const sum: Record<string, number> = { ...a };
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}
