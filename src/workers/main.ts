/** A worker process: workflow tasks of all migrations, activities of those whose trees it can access. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { LonghaulError, toFailure } from '../errors/failure.ts';
import { openStateDirectory } from '../state/state-directory.ts';
import type { ServerConnection } from '../temporal/server-connection.ts';
import { WORKFLOW_QUEUE } from '../protocol/names.ts';
import { PROVISION_QUEUE } from '../protocol/provision.ts';
import { createDeps, type WorkerDeps } from './deps.ts';
import type { OnMessage } from './messages.ts';
import { COMMON, type WorkerHost } from './serve.ts';
import { ServerWatch } from './server-watch.ts';
import { runTogether } from './run-together.ts';
import { MigrationWatch } from './watch.ts';

const CHECK_INTERVAL_MS = 1_000;
/** Migrations that are provisioned at the same time. */
const PROVISION_SLOTS = 5;
const MAX_RECONNECT_DELAY_MS = 10_000;
/** Built from the sources of this version. */
const WORKFLOW_BUNDLE = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

export interface WorkerProcessOptions {
  /** Absolute; created if it is missing. */
  readonly stateDirectory: string;
  /** Called before each attempt, because a restarted server may have another port. */
  readonly server: () => ServerConnection;
  /** Stops running work at a safe point, within 10 s; another worker continues it, or this one later. */
  readonly signal: AbortSignal;
  readonly onMessage: OnMessage;
  /** Default: the bundle of the build. */
  readonly workflowBundle?: string;
}

/** Runs until the signal aborts. Rejects if the workflow worker fails for good or the bundle is missing. */
export async function runWorker(options: WorkerProcessOptions): Promise<void> {
  const { signal, onMessage, workflowBundle = WORKFLOW_BUNDLE } = options;
  if (!existsSync(workflowBundle)) {
    const hint = 'Install longhaul again; in a checkout: npm run build.';
    throw new LonghaulError('BUG', `The bundle of workflows is missing: ${workflowBundle}`, {
      hint,
    });
  }
  const reached = await connect(options);
  if (reached === undefined) return;
  const { connection, server } = reached;
  const deps = createDeps(openStateDirectory(options.stateDirectory, { create: true }));
  const host: WorkerHost = {
    connection,
    namespace: server.namespace,
    deps,
    activities: createActivities(deps),
    workerId: `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`,
  };
  try {
    await runWorkers(host, options, server.how);
  } finally {
    await release(deps, connection);
    if (signal.aborted) onMessage({ type: 'stopped', text: 'The worker has stopped' });
  }
}

async function runWorkers(
  host: WorkerHost,
  { signal, onMessage, workflowBundle = WORKFLOW_BUNDLE }: WorkerProcessOptions,
  how: string,
): Promise<void> {
  const { connection, namespace, workerId: identity } = host;
  const common = { ...COMMON, connection, namespace, identity };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: WORKFLOW_QUEUE,
      workflowBundle: { codePath: workflowBundle },
    }),
    Worker.create({
      ...common,
      taskQueue: PROVISION_QUEUE,
      activities: host.activities.provision,
      maxConcurrentActivityTaskExecutions: PROVISION_SLOTS,
    }),
  ]);
  const { ended, shutdown } = runTogether(workers);
  const watch = new MigrationWatch(host, onMessage);
  const over = new AbortController();
  const stop = (): void => {
    over.abort();
    shutdown();
  };
  signal.addEventListener('abort', stop, { once: true });
  const run = ended.finally(() => over.abort());
  if (signal.aborted) stop();
  onMessage({ type: 'ready', text: `Worker ${identity} is ready; server: ${how}` });
  try {
    await checkUntil(watch, new ServerWatch(connection, onMessage), over.signal);
  } finally {
    await watch.stop();
    await run.finally(() => signal.removeEventListener('abort', stop));
  }
}

async function checkUntil(
  watch: MigrationWatch,
  server: ServerWatch,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await Promise.all([watch.check(), server.check(Date.now())]);
    await sleep(CHECK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Returns undefined if the signal aborts before a server answers. */
async function connect({
  server,
  signal,
  onMessage,
}: WorkerProcessOptions): Promise<
  { readonly connection: NativeConnection; readonly server: ServerConnection } | undefined
> {
  let reported = '';
  for (let waitMs = 250; !signal.aborted; waitMs = Math.min(MAX_RECONNECT_DELAY_MS, waitMs * 2)) {
    try {
      const found = server();
      return { server: found, connection: await NativeConnection.connect(found.connectionOptions) };
    } catch (error) {
      const { code, message } = toFailure(error);
      // Waiting does not fix a mistake in the configuration.
      if (code === 'USAGE') throw error;
      if (message !== reported) onMessage({ type: 'waiting', text: `No server yet: ${message}` });
      reported = message;
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function release(deps: WorkerDeps, connection: NativeConnection): Promise<void> {
  await deps.dispose();
  await connection.close();
}
