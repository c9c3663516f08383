/** The help of a command: summary, usage, examples, options, exit codes. */
import type { AnyCommand } from './command/command.ts';
import { EXIT_MEANINGS, type ExitCode } from './command/exit.ts';
import { definitionList, wrap } from '../terminal/columns.ts';

export function helpOf(definition: AnyCommand): string {
  const args = definition.args ?? [];
  const usage = ['longhaul', definition.name, ...args.map(([syntax]) => syntax), '[options]'];
  const parts = [`${definition.summary}.`];
  if (definition.details !== undefined) parts.push(wrap(definition.details));
  parts.push(`Usage: ${usage.join(' ')}`);
  parts.push(`Examples:\n${examplesOf(definition)}`);
  if (args.length > 0) parts.push(`Arguments:\n${definitionList(args)}`);
  const options = (definition.options ?? []).map(
    ({ flags, description, mandatory }) =>
      [flags, mandatory === true ? `${description} (required)` : description] as const,
  );
  parts.push(`Options:\n${definitionList([...options, ['-h, --help', 'show this help']])}`);
  parts.push(`Exit codes:\n${exitsOf(definition.exits)}`);
  return `${parts.join('\n\n')}\n`;
}

function examplesOf({ examples }: AnyCommand): string {
  const width = Math.max(0, ...examples.map(([line]) => line.length));
  // Long command lines leave no room beside them: the explanation goes above, as a comment.
  return width <= 44
    ? definitionList(examples)
    : examples.map(([line, what]) => `  # ${what}\n  ${line}`).join('\n');
}

export function exitsOf(exits: readonly ExitCode[]): string {
  const all = [...new Set<ExitCode>([...exits, 1])].sort((a, b) => a - b);
  return definitionList(all.map((code) => [String(code), EXIT_MEANINGS[code]] as const));
}
