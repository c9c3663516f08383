/**
 * Builds Markdown for the Temporal UI, which needs an empty line before a list, joins single lines, and
 * collapses spaces within backquotes.
 */

/** Joins blocks with an empty line between them; leaves out empty ones. */
export function blocks(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Returns a list under a heading; '' if there are no items. */
export function list(items: readonly string[], heading?: string): string {
  if (items.length === 0) return '';
  return blocks(heading ?? '', items.map((item) => `- ${item}`).join('\n'));
}

/** Returns command lines as a code block, which keeps their columns. */
export function commands(lines: readonly string[], heading: string): string {
  return lines.length === 0 ? '' : blocks(heading, ['```', ...lines, '```'].join('\n'));
}

/** Escapes text from outside, such as a path or a reason, so that it is shown unchanged. */
export function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}
