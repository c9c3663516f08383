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

/** As lines of Markdown; none when nothing was rejected. */
export function rejectedLines(rejected: readonly Rejected[]): string[] {
  if (rejected.length === 0) return [];
  const rows = rejected.map(({ at, name, because }) => `- ${at} \`${name}\`: ${because}`);
  return ['', 'Messages that made no sense:', ...rows];
}
