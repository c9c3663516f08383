/** `longhaul export`: writes evidence that other tools can check. */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { openMigration } from '../command/open-migration.ts';
import {
  jsonOption,
  nameArgument,
  stateOption,
  type JsonOption,
  type StateOption,
} from '../command/options.ts';
import type { Terminal } from '../../terminal/terminal.ts';

interface Options extends StateOption, JsonOption {
  readonly mtree?: boolean;
  readonly audit?: string;
  readonly output?: string;
}

export const exportCommand = define<[name: string], Options>({
  name: 'export',
  summary: 'Write the evidence in formats that other tools can check',
  details:
    'Reads the state directory; needs no server. It can be run at any time. With the DataSync engine the manifest has the kind, size and time of each entry: DataSync reports no owners, modes or digests.',
  args: [nameArgument],
  options: [
    { flags: '--mtree', description: 'write an mtree(5) manifest of the destination to stdout' },
    { flags: '--output <file>', description: 'write the manifest to this file instead' },
    {
      flags: '--audit <folder>',
      description: 'write manifest, ledger, plan, spec, report and checksums to a folder',
    },
    stateOption,
    jsonOption,
  ],
  examples: [
    ['longhaul export acme --mtree > acme.mtree', 'write the manifest'],
    ['mtree -p /mnt/new -f acme.mtree', 'check the destination with it, without longhaul'],
    ['longhaul export acme --mtree --output acme.mtree --json', 'print its counts as JSON'],
    ['longhaul export acme --audit acme-audit', 'write all evidence for an auditor'],
  ],
  exits: [0, 2, 4],
  run: async (terminal, [name], options) => {
    const { mtree, audit, output } = options;
    if ((mtree === true) === (audit !== undefined)) throw usage('Give one of --mtree and --audit');
    const { exportAudit, exportMtree } = await import('../../ledger/export.ts');
    const store = await openMigration(name, options);
    if (audit !== undefined) {
      const files = exportAudit(store, audit);
      if (terminal.json) terminal.record('export', { folder: audit, files });
      else terminal.print(files.map((file) => join(audit, file)).join('\n'));
      return 0;
    }
    const temporary = output === undefined ? mkdtempSync(join(tmpdir(), 'longhaul-')) : undefined;
    try {
      const path = output ?? join(temporary ?? '', 'manifest');
      const counts = exportMtree(store, path);
      if (output === undefined) await copyTo(terminal, path);
      else if (terminal.json) terminal.record('export', { file: output, ...counts });
      const missing = counts.chunksWithoutCatalog.length;
      if (missing > 0) {
        terminal.say(`The manifest lacks ${missing} chunks that have not completed a round yet.`);
      }
      return 0;
    } finally {
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    }
  },
});

async function copyTo(terminal: Terminal, path: string): Promise<void> {
  for await (const part of createReadStream(path)) terminal.raw(part as Buffer);
}
