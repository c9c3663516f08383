/** The help of `longhaul` without a command. */
import { COMMANDS, GROUPS } from './commands.ts';
import { exitsOf } from './help.ts';
import { definitionList } from '../terminal/columns.ts';

export function mainHelp(): string {
  const groups = GROUPS.map((group) => {
    const rows = COMMANDS.filter((row) => row.group === group);
    return `${group}:\n${definitionList(rows.map(({ name, summary }) => [name, summary] as const))}`;
  });
  return `longhaul moves a live file store to a new home in durable chunks, and proves that nothing was lost.

Usage: longhaul <command> [arguments] [options]

Examples:
  longhaul init > acme.yaml          a commented spec to fill in
  longhaul assess acme.yaml          size, problems and duration; changes nothing
  longhaul up --detach               a durable Temporal server on this machine
  longhaul start acme.yaml           start the migration
  longhaul worker                    run its work, in a terminal of its own
  longhaul status acme               its state, and what you can do now
  longhaul approve acme              allow the cutover
  longhaul sync /mnt/old /mnt/new    the same mover in one pass, without a server

${groups.join('\n\n')}

Options:
${definitionList([
  ['-V, --version', 'print the version'],
  ['-h, --help', 'show this help; longhaul <command> --help for one command'],
])}

Exit codes:
${exitsOf([0, 1, 2, 3, 4, 5, 130])}
`;
}
