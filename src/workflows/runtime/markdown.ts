/**
 * Markdown as the Temporal UI reads it: a list needs an empty line before it, single line ends are
 * spaces, and what is between backquotes loses its columns. Blocks keep to that.
 */

/** Blocks with an empty line between them; empty ones are left out. */
export function blocks(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** A list under a heading; nothing when there is nothing in it. */
export function list(items: readonly string[], heading?: string): string {
  if (items.length === 0) return '';
  return blocks(heading ?? '', items.map((item) => `- ${item}`).join('\n'));
}

/** Command lines, with their columns kept. */
export function commands(lines: readonly string[], heading: string): string {
  return lines.length === 0 ? '' : blocks(heading, ['```', ...lines, '```'].join('\n'));
}

/** Words that somebody else chose, such as a path or a reason: shown as they are. */
export function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}
