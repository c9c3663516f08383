import { list, plain } from './markdown.ts';

/** A message that was refused. The last ones are kept, newest first, and shown to operators. */
export interface Rejected {
  /** ISO 8601. */
  readonly at: string;
  readonly name: string;
  readonly because: string;
}

const MAX_KEPT = 10;
const MAX_CHARACTERS = 500;

export function withRejected(
  rejected: readonly Rejected[],
  name: string,
  because: string,
): Rejected[] {
  const at = new Date().toISOString();
  const newest = {
    at,
    name: name.slice(0, MAX_CHARACTERS),
    because: because.slice(0, MAX_CHARACTERS),
  };
  return [newest, ...rejected].slice(0, MAX_KEPT);
}

/** Returns a block of Markdown; '' if nothing was refused. */
export function rejectedBlock(rejected: readonly Rejected[]): string {
  const rows = rejected.map(({ at, name, because }) => `${at} ${plain(name)}: ${plain(because)}`);
  return list(rows, 'Rejected messages:');
}
