/** `longhaul assess` for the DataSync engine: the AWS account, and the source where it is mounted here. */
import type { AccountCheck } from '../../policy/account/facts.ts';
import { checkAccount } from '../../policy/account/checks.ts';
import { renderAccount } from '../../terminal/texts/account.ts';
import type { DataSyncSpec } from '../../spec/kinds.ts';
import type { ExitCode } from '../command/exit.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** Returns 4 when a check is wrong. Unknown results and warnings do not count. */
export async function assessAccount(terminal: Terminal, spec: DataSyncSpec): Promise<ExitCode> {
  const plan = await planOf(terminal, spec);
  const { createAwsClients } = await import('../../aws/clients.ts');
  const { describeResourceFacts } = await import('../../aws/account/resource-facts.ts');
  const { createContextClients } = await import('../../aws/account/context-clients.ts');
  const { describeContext } = await import('../../aws/account/account-context.ts');
  const clients = createAwsClients(spec.aws);
  const contextClients = createContextClients(spec.aws);
  try {
    const resources = await describeResourceFacts(clients, spec, plan);
    const context = await describeContext(contextClients, resources);
    const checks = checkAccount({ ...resources, context });
    printChecks(terminal, checks);
    return checks.some(({ verdict }) => verdict === 'wrong') ? 4 : 0;
  } finally {
    clients.dispose();
    contextClients.dispose();
  }
}

function printChecks(terminal: Terminal, checks: readonly AccountCheck[]): void {
  if (!terminal.json) terminal.print(renderAccount(checks));
  else for (const check of checks) terminal.record('check', check);
}

/** Plans from a scan; without a mount, from the numbers of the spec, and says so. */
async function planOf(
  terminal: Terminal,
  spec: DataSyncSpec,
): Promise<{ readonly chunks: number; readonly entriesPerExecution: number }> {
  if (spec.source.path === undefined) {
    terminal.say(
      'The source is not mounted here (source.path): entries, sizes and names are not known, and the chunks are those of chunks.roots.',
    );
    return { chunks: spec.chunks.roots.length + 1, entriesPerExecution: spec.chunks.maxEntries };
  }
  const { assessTree } = await import('./assess-tree.ts');
  const { plan } = await assessTree(terminal, spec);
  if (!terminal.json) terminal.print('');
  return {
    chunks: plan.chunks.length,
    // The sizes of chunks listed in the spec are not measured.
    entriesPerExecution:
      spec.chunks.roots.length > 0
        ? spec.chunks.maxEntries
        : Math.max(0, ...plan.chunks.map(({ entries }) => entries)),
  };
}
