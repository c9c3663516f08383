/**
 * The table of commands. Each command is a module that is imported only when it is called, so that
 * `longhaul sync` loads neither Temporal, zod nor pino.
 */
import type { AnyCommand } from './command/command.ts';

export const GROUPS = ['Prepare', 'Run', 'Watch', 'Steer', 'Cut over', 'Prove', 'Alone'] as const;

export interface CommandRow {
  readonly name: string;
  readonly group: (typeof GROUPS)[number];
  readonly summary: string;
  readonly load: () => Promise<AnyCommand>;
}

type Load = CommandRow['load'];

const row = (
  group: CommandRow['group'],
  name: string,
  summary: string,
  load: Load,
): CommandRow => ({ name, group, summary, load });

export const COMMANDS: readonly CommandRow[] = [
  row(
    'Prepare',
    'init',
    'Write a commented migration spec to fill in',
    async () => (await import('./prepare/init.ts')).initCommand,
  ),
  row(
    'Prepare',
    'check',
    'Check a migration spec without touching anything',
    async () => (await import('./prepare/check.ts')).checkCommand,
  ),
  row(
    'Prepare',
    'assess',
    'Scan the source and report its content and how long it will take',
    async () => (await import('./prepare/assess.ts')).assessCommand,
  ),
  row(
    'Prepare',
    'plan',
    'Print the chunks that a migration would be split into',
    async () => (await import('./prepare/plan.ts')).planCommand,
  ),
  row(
    'Prepare',
    'iam-policy',
    'Print the least-privilege IAM policies of a migration by DataSync',
    async () => (await import('./prepare/iam-policy.ts')).iamPolicyCommand,
  ),
  row(
    'Prepare',
    'provision',
    'Create what a migration by DataSync needs in the AWS account',
    async () => (await import('./prepare/provision.ts')).provisionCommand,
  ),
  row(
    'Prepare',
    'teardown',
    'Remove what provisioning created, except the file system',
    async () => (await import('./prepare/teardown.ts')).teardownCommand,
  ),
  row(
    'Run',
    'up',
    'Start a durable Temporal server on this machine',
    async () => (await import('./run/up.ts')).upCommand,
  ),
  row(
    'Run',
    'down',
    'Stop the Temporal server that up started',
    async () => (await import('./run/down.ts')).downCommand,
  ),
  row(
    'Run',
    'worker',
    'Run the work of migrations whose trees are mounted on this host',
    async () => (await import('./run/worker.ts')).workerCommand,
  ),
  row(
    'Run',
    'start',
    'Start a migration, or attach to a running one',
    async () => (await import('./run/start.ts')).startCommand,
  ),
  row(
    'Watch',
    'list',
    'List the migrations on the server',
    async () => (await import('./watch/list.ts')).listCommand,
  ),
  row(
    'Watch',
    'status',
    'Show where a migration stands and what you can do now',
    async () => (await import('./watch/status.ts')).statusCommand,
  ),
  row(
    'Watch',
    'watch',
    'Follow a migration until it ends',
    async () => (await import('./watch/watch.ts')).watchCommand,
  ),
  row(
    'Watch',
    'chunks',
    'List the chunks of a migration with their states',
    async () => (await import('./watch/chunks.ts')).chunksCommand,
  ),
  row(
    'Watch',
    'exceptions',
    'List entries that will not be migrated, and who accepted them',
    async () => (await import('./watch/exceptions.ts')).exceptionsCommand,
  ),
  row(
    'Steer',
    'pause',
    'Stop taking new work at the next safe point',
    async () => (await import('./steer/pause.ts')).pauseCommand,
  ),
  row(
    'Steer',
    'resume',
    'Continue after a pause',
    async () => (await import('./steer/resume.ts')).resumeCommand,
  ),
  row(
    'Steer',
    'set-bandwidth',
    'Change the bandwidth limit at once',
    async () => (await import('./steer/set-bandwidth.ts')).setBandwidthCommand,
  ),
  row(
    'Steer',
    'set-interval',
    'Change how often catch-up rounds run',
    async () => (await import('./steer/set-interval.ts')).setIntervalCommand,
  ),
  row(
    'Steer',
    'run-round',
    'Run the next round now instead of waiting',
    async () => (await import('./steer/run-round.ts')).runRoundCommand,
  ),
  row(
    'Steer',
    'exclude',
    'Exclude entries from the next round on',
    async () => (await import('./steer/exclude.ts')).excludeCommand,
  ),
  row(
    'Steer',
    'accept',
    'Accept that an entry is not migrated',
    async () => (await import('./steer/accept.ts')).acceptCommand,
  ),
  row(
    'Steer',
    'retry',
    'Let blocked chunks try again',
    async () => (await import('./steer/retry.ts')).retryCommand,
  ),
  row(
    'Steer',
    'skip',
    'Leave a blocked chunk until the next round',
    async () => (await import('./steer/skip.ts')).skipCommand,
  ),
  row(
    'Steer',
    'allow-deletes',
    'Let a blocked chunk exceed the delete caps once',
    async () => (await import('./steer/allow-deletes.ts')).allowDeletesCommand,
  ),
  row(
    'Cut over',
    'approve',
    'Allow the cutover when its gates are open',
    async () => (await import('./cut-over/approve.ts')).approveCommand,
  ),
  row(
    'Cut over',
    'postpone',
    'Withdraw the approval of the cutover, or delay it',
    async () => (await import('./cut-over/postpone.ts')).postponeCommand,
  ),
  row(
    'Cut over',
    'start-cutover',
    'Begin the cutover now, outside its window if need be',
    async () => (await import('./cut-over/start-cutover.ts')).startCutoverCommand,
  ),
  row(
    'Cut over',
    'abort',
    'End a migration before the switch',
    async () => (await import('./cut-over/abort.ts')).abortCommand,
  ),
  row(
    'Prove',
    'ledger',
    'Show the record of what was done and decided',
    async () => (await import('./prove/ledger.ts')).ledgerCommand,
  ),
  row(
    'Prove',
    'export',
    'Write the evidence in formats that other tools can check',
    async () => (await import('./prove/export.ts')).exportCommand,
  ),
  row(
    'Prove',
    'empty-trash',
    'Remove deleted entries from the trash when their time is over',
    async () => (await import('./prove/empty-trash.ts')).emptyTrashCommand,
  ),
  row(
    'Alone',
    'sync',
    'Copy a tree in one pass, without a server',
    async () => (await import('./alone/sync.ts')).syncCommand,
  ),
  row(
    'Alone',
    'verify',
    'Compare two trees by content and metadata',
    async () => (await import('./alone/verify.ts')).verifyCommand,
  ),
  row(
    'Alone',
    'sandbox',
    'Serve DataSync, EFS and S3 on this machine, for rehearsals without an AWS account',
    async () => (await import('./alone/sandbox.ts')).sandboxCommand,
  ),
  row(
    'Alone',
    'demo',
    'Run a small migration over a bad link on this machine',
    async () => (await import('./alone/demo.ts')).demoCommand,
  ),
];
