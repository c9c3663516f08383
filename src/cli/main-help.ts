/** The help of `longhaul` itself. */
import { COMMANDS, GROUPS } from './commands.ts';
import { exitsOf } from './help.ts';
import { columns } from '../terminal/help-columns.ts';

export function mainHelp(): string {
  const groups = GROUPS.map((group) => {
    const rows = COMMANDS.filter((row) => row.group === group);
    return `${group}:\n${columns(rows.map(({ name, summary }) => [name, summary] as const))}`;
  });
  return `longhaul moves a live file store to a new home in durable chunks, and proves that nothing was lost.

Usage: longhaul <command> [arguments] [options]

Examples:
  longhaul init > acme.yaml          a commented spec to fill in
  longhaul assess acme.yaml          what is there, how long it will take; changes nothing
  longhaul up --detach               a durable Temporal server on this machine
  longhaul start acme.yaml           begin; it tells how to start a worker
  longhaul worker                    somebody to do the work, in a terminal of its own
  longhaul status acme               where it stands, and what you can do now
  longhaul approve acme              allow the cutover
  longhaul sync /mnt/old /mnt/new    the same mover in one pass, without a server

${groups.join('\n\n')}

Options:
${columns([
  ['-V, --version', 'print the version'],
  ['-h, --help', 'show this help; longhaul <command> --help for one command'],
])}

Exit codes:
${exitsOf([0, 1, 2, 3, 4, 5, 130])}
`;
}
