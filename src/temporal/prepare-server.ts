/**
 * Prepares a server for longhaul's workflows: it answers, the namespace exists, and the search attributes
 * are registered. Safe to run on any server, repeatedly, and by several processes at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { LonghaulError } from '../errors/failure.ts';
import { SEARCH_ATTRIBUTES } from '../protocol/names.ts';
import type { ServerConnection } from './server-connection.ts';

/** temporal.api.enums.v1.IndexedValueType */
const INDEXED_VALUE_TYPE = { KEYWORD: 2, INT: 3 } as const;
/** gRPC status codes. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const POLL_MS = 50;

export interface PrepareOptions {
  readonly timeoutMs: number;
  /** Returns why the server can no longer answer, which ends the wait; undefined while it may. */
  readonly dead?: () => string | undefined;
  /** Creates the namespace if it is missing; otherwise it is only waited for. */
  readonly createNamespace?: boolean;
}

/** How long closed workflows are kept: longer than most migrations. */
const RETENTION_SECONDS = 90 * 86_400;

/** Waits until the server serves the namespace, then registers the missing search attributes. */
export async function prepareServer(
  server: ServerConnection,
  options: PrepareOptions,
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  const connection = await connect(server, deadline, options);
  try {
    await awaitNamespace(connection, server, deadline, options);
    await registerSearchAttributes(connection, server, deadline);
  } finally {
    await connection.close();
  }
}

async function connect(
  server: ServerConnection,
  deadline: number,
  options: PrepareOptions,
): Promise<Connection> {
  const { tls, ...rest } = server.connectionOptions;
  const connectionOptions = { ...rest, ...(tls === undefined ? {} : { tls }) };
  for (;;) {
    const timeLeft = Math.max(100, deadline - performance.now());
    try {
      return await Connection.connect({
        ...connectionOptions,
        connectTimeout: Math.min(timeLeft, 5_000),
      });
    } catch (error) {
      const dead = options.dead?.();
      if (dead !== undefined) throw unreachable(server, dead);
      if (performance.now() > deadline) throw unreachable(server, (error as Error).message);
      await sleep(POLL_MS);
    }
  }
}

function unreachable(server: ServerConnection, because: string): LonghaulError {
  const { address } = server.connectionOptions;
  return new LonghaulError(
    'SERVER_UNREACHABLE',
    `The Temporal server at ${address} (${server.how}) does not answer: ${because}`,
  );
}

async function awaitNamespace(
  connection: Connection,
  server: ServerConnection,
  deadline: number,
  options: PrepareOptions,
): Promise<void> {
  const { namespace } = server;
  for (;;) {
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return;
    } catch (error) {
      const dead = options.dead?.();
      if (dead !== undefined) throw unreachable(server, dead);
      // A server that has just started creates its namespace a moment later.
      if (performance.now() > deadline) throw noNamespace(server, error);
      if (options.createNamespace === true && statusOf(error) === NOT_FOUND) {
        await createNamespace(connection, namespace);
      } else await sleep(POLL_MS);
    }
  }
}

const statusOf = (error: unknown): unknown => (error as { code?: unknown }).code;

async function createNamespace(connection: Connection, namespace: string): Promise<void> {
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as never },
    });
  } catch (error) {
    // Another process has just created it.
    if (statusOf(error) !== ALREADY_EXISTS) throw error;
  }
}

function noNamespace(server: ServerConnection, error: unknown): LonghaulError {
  const { namespace } = server;
  if (statusOf(error) !== NOT_FOUND) {
    return unreachable(server, (error as Error).message);
  }
  return new LonghaulError('SERVER_UNREACHABLE', `The server has no namespace "${namespace}"`, {
    hint: 'Create it with: longhaul up --create-namespace, or name another one in TEMPORAL_NAMESPACE.',
    cause: error,
  });
}

async function registerSearchAttributes(
  connection: Connection,
  server: ServerConnection,
  deadline: number,
): Promise<void> {
  for (;;) {
    try {
      const missing = await missingSearchAttributes(connection, server.namespace);
      if (Object.keys(missing).length === 0) return;
      if (performance.now() > deadline) throw notListed(missing);
      await addSearchAttributes(connection, server.namespace, missing);
    } catch (error) {
      // A cluster refreshes its cache of namespaces every 10 s.
      if (statusOf(error) !== NOT_FOUND || performance.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}

function notListed(missing: IndexedTypes): LonghaulError {
  const names = Object.keys(missing).join(', ');
  const text = `The server accepted the search attributes ${names} but does not list them`;
  return new LonghaulError('SERVER_UNREACHABLE', text);
}

type IndexedTypes = Record<string, number>;

async function missingSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<IndexedTypes> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const wanted = Object.entries(SEARCH_ATTRIBUTES);
  for (const [name, type] of wanted) {
    const found: number | undefined = customAttributes[name];
    if (found !== undefined && found !== INDEXED_VALUE_TYPE[type]) {
      throw new LonghaulError(
        'USAGE',
        `The search attribute ${name} of the namespace ${namespace} has another type than ${type}`,
        { hint: 'Use a namespace of its own for longhaul (TEMPORAL_NAMESPACE).' },
      );
    }
  }
  return Object.fromEntries(
    wanted
      .filter(([name]) => customAttributes[name] === undefined)
      .map(([name, type]) => [name, INDEXED_VALUE_TYPE[type]]),
  );
}

async function addSearchAttributes(
  connection: Connection,
  namespace: string,
  searchAttributes: IndexedTypes,
): Promise<void> {
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    // Another process has just added them: the next listing shows them.
    if (statusOf(error) !== ALREADY_EXISTS) throw error;
  }
}
