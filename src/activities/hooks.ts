/**
 * Runs the operator's commands around the cutover. The ledger records the start of a hook before it runs
 * and its end directly after; a start without an end means that its result is unknown. A hook that was
 * interrupted or failed is run again, one that succeeded is not.
 */
import { readRecord } from '../state/migration-record.ts';
import { LonghaulError } from '../errors/failure.ts';
import type { LedgerLine } from '../ledger/ledger-line.ts';
import { openLedger, readLedger } from '../ledger/ledger.ts';
import type { MigrationStore } from '../state/migration-store.ts';
import { longActivity } from './activity.ts';
import type { ControlActivities, HookName, HookResult } from '../protocol/activities.ts';
import type { ActivityDeps } from './deps.ts';
import { runCommand } from './run-command.ts';

type HookLine = Extract<LedgerLine, { readonly kind: 'hook' }>;

export function hookActivities(deps: ActivityDeps): Pick<ControlActivities, 'runHook'> {
  return {
    runHook: ({ migration, hook, key }) =>
      longActivity(
        () => ({ hook }),
        async (signal) => {
          const store = deps.state.migration(migration);
          const ended = findEnd(store, endKey(hook, key));
          return ended ?? (await runHook(store, { hook, key, signal }));
        },
      ),
  };
}

const endKey = (hook: HookName, key: string): string => `hook/${hook}/${key}`;

/** Returns the end of an earlier run that succeeded; after a failure an operator has asked for another try. */
function findEnd(store: MigrationStore, key: string): HookResult | undefined {
  if (readLedgerHead(store) === undefined) return undefined;
  let found: HookLine | undefined;
  for (const line of readLedger(store.ledgerPath)) {
    if (line.kind === 'hook' && line.key === key) found = line;
  }
  if (found?.exitCode !== 0) return undefined;
  return { exitCode: 0, output: found.output, elapsedMs: found.elapsedMs };
}

const readLedgerHead = (store: MigrationStore) => openLedger(store.ledgerPath).head();

interface HookRun {
  readonly hook: HookName;
  readonly key: string;
  readonly signal: AbortSignal;
}

async function runHook(store: MigrationStore, { hook, key, signal }: HookRun): Promise<HookResult> {
  const { spec } = readRecord(store);
  const settings = spec.cutover[hook];
  if (settings === undefined) throw new LonghaulError('BUG', `The spec has no ${hook} hook`);
  const ledger = openLedger(store.ledgerPath);
  ledger.append({ kind: 'hook started', key: `hook started/${hook}/${key}`, hook });
  const result = await runCommand({
    command: settings.command,
    timeoutMs: settings.timeout,
    env: { LONGHAUL_MIGRATION: spec.name, LONGHAUL_HOOK: hook },
    signal,
  });
  const { because, ...counted } = result;
  ledger.append({ kind: 'hook', key: endKey(hook, key), hook, ...counted, because });
  if (signal.aborted) throw new LonghaulError('INTERRUPTED', `The ${hook} hook was stopped`);
  if (result.exitCode !== 0) {
    throw new LonghaulError(
      'HOOK_FAILED',
      `The ${hook} hook ${because}: ${lastLine(result.output)}`,
    );
  }
  return counted;
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) || 'it printed nothing';
}
