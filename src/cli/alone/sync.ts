/** `longhaul sync`: copies a tree in one pass. Loads neither Temporal nor the spec. */
import { formatBytes, formatDuration } from '../../units.ts';
import type { StepProgress } from '../../model/round.ts';
import type {
  SyncOptions,
  SyncReport,
  syncTree,
} from '../../engines/posix/standalone/sync-tree.ts';
import { LonghaulError, toFailure } from '../../errors/failure.ts';
import { define, repeated } from '../command/command.ts';
import { countOption, jsonOption, rateOption, type JsonOption } from '../command/options.ts';
import { progressLine } from '../../terminal/texts/status-line.ts';
import type { Terminal } from '../../terminal/terminal.ts';

interface SyncCommandOptions extends JsonOption {
  readonly delete?: boolean;
  readonly verify?: boolean;
  readonly dryRun?: boolean;
  readonly exclude?: readonly string[];
  readonly bandwidth?: string;
  readonly state?: string;
  readonly maxDeletes?: string;
}

export const syncCommand = define<[source: string, destination: string], SyncCommandOptions>({
  name: 'sync',
  summary: 'Copy a tree in one pass, without a server',
  details:
    'Uses the same engine as a migration: every entry with owner, mode, times, attributes, holes and hard links, and each file appears under its name only when it is complete. After Ctrl-C or a crash the same command continues.',
  args: [
    ['<source>', 'a directory'],
    ['<destination>', 'a directory; it must exist'],
  ],
  options: [
    { flags: '--delete', description: 'delete from the destination what is not in the source' },
    {
      flags: '--max-deletes <count>',
      description: 'refuse to delete more entries than this (default: half of all)',
    },
    {
      flags: '--verify',
      description: 'read back what was copied and compare digests',
    },
    { flags: '--dry-run', description: 'print what would be done, and change nothing' },
    {
      flags: '--exclude <pattern>',
      description: 'exclude entries, as in .gitignore; may be repeated',
      parse: repeated,
    },
    { flags: '--bandwidth <rate>', description: 'bandwidth limit, such as "50 Mbit/s"' },
    { flags: '--state <directory>', description: 'where to keep the journal while it runs' },
    jsonOption,
  ],
  examples: [
    ['longhaul sync /srv/files /mnt/new', 'copy what is missing or different'],
    [
      'longhaul sync /srv/files /mnt/new --dry-run --delete',
      'see what would be copied and deleted',
    ],
    ['longhaul sync /srv/files /mnt/new --delete --verify', 'an exact copy, read back'],
    [
      "longhaul sync /srv/files /mnt/new --exclude '*.tmp' --bandwidth '20 Mbit/s'",
      'exclude some entries and limit the bandwidth',
    ],
  ],
  exits: [0, 2, 3, 4, 5, 130],
  async run(terminal, [source, destination], options) {
    const { syncTree: sync } = await import('../../engines/posix/standalone/sync-tree.ts');
    const bandwidth = options.bandwidth === undefined ? undefined : rateOption(options.bandwidth);
    const report = await withoutSpecHints(sync, {
      source,
      destination,
      delete: options.delete === true,
      verify: options.verify === true,
      dryRun: options.dryRun === true,
      excludes: options.exclude ?? [],
      bytesPerSecond: bandwidth,
      signal: terminal.signal,
      onProgress: showProgress(terminal),
      ...(options.state === undefined ? {} : { stateDirectory: options.state }),
      ...(options.maxDeletes === undefined
        ? {}
        : {
            caps: { maxCount: countOption('--max-deletes', options.maxDeletes), maxPercent: 100 },
          }),
    });
    terminal.status(undefined);
    if (terminal.json) terminal.record('sync', report);
    else printReport(terminal, report);
    return report.openCount > 0 ? 3 : 0;
  },
});

/** Rewrites DELETE_REFUSED, whose message and hint name fields of a spec: here there is none. */
async function withoutSpecHints(sync: typeof syncTree, options: SyncOptions): Promise<SyncReport> {
  try {
    return await sync(options);
  } catch (error) {
    const { code, message } = toFailure(error);
    if (code !== 'DELETE_REFUSED') throw error;
    throw new LonghaulError(code, message.replace(/ \(deletes\.\w+\)/g, ''), {
      hint: 'Review the list with --delete --dry-run; then set a limit with --max-deletes COUNT.',
      cause: error,
    });
  }
}

function showProgress(terminal: Terminal): (progress: StepProgress) => void {
  const startedAt = Date.now();
  return ({ step, ...done }) => {
    const elapsedMs = Date.now() - startedAt;
    const bytesPerSecond =
      step === 'copy' ? done.doneBytes / Math.max(1, elapsedMs / 1000) : undefined;
    const progress = { what: step, ...done, bytesPerSecond, elapsedMs };
    terminal.status(progressLine(progress, terminal.columns));
  };
}

function printReport(terminal: Terminal, report: SyncReport): void {
  for (const { action, path, bytes } of report.plan ?? []) {
    terminal.print(`${action.padEnd(6)}  ${path}${bytes > 0 ? `  ${formatBytes(bytes)}` : ''}`);
  }
  for (const { path, message, code } of report.open)
    terminal.say(`open: ${path}: ${message} [${code}]`);
  if (report.plan) {
    const bytes = report.plan.reduce((sum, one) => sum + one.bytes, 0);
    const deletes = report.plan.filter(({ action }) => action === 'delete').length;
    terminal.print(
      `Would copy ${report.plan.length - deletes} entries, ${formatBytes(bytes)}, and delete ${deletes}.`,
    );
    return;
  }
  const { entries, copiedBytes, verified, deleted, openCount, elapsedMs } = report;
  terminal.print(
    `${entries} entries in ${formatDuration(elapsedMs)}: ${formatBytes(copiedBytes)} copied` +
      `${verified > 0 ? `, ${verified} verified` : ''}, ${deleted} deleted, ${openCount} open.`,
  );
}
