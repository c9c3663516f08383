import { list, plain } from './markdown.ts';

/** Messages that made no sense: kept for people to see, newest first. */
export interface Rejected {
  /** ISO 8601. */
  readonly at: string;
  readonly name: string;
  readonly because: string;
}

const KEPT = 10;
const LONGEST = 500;

export function withRejected(
  before: readonly Rejected[],
  name: string,
  because: string,
): Rejected[] {
  const at = new Date().toISOString();
  const one = { at, name: name.slice(0, LONGEST), because: because.slice(0, LONGEST) };
  return [one, ...before].slice(0, KEPT);
}

/** As a block of Markdown; empty when nothing was rejected. */
export function rejectedBlock(rejected: readonly Rejected[]): string {
  const rows = rejected.map(({ at, name, because }) => `${at} ${plain(name)}: ${plain(because)}`);
  return list(rows, 'Messages that made no sense:');
}
