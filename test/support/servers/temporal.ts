/**
 * The Temporal server that all tests of a run share; it starts when the first one asks, and ends
 * with the run. Each caller gets a namespace of its own, so that no test sees another's workflows
 * and no worker takes another's tasks.
 */
import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { Connection } from '@temporalio/client';
import type { ServerConnection } from '../../../src/temporal/server-connection.ts';
import { prepareServer } from '../../../src/temporal/prepare-server.ts';

export interface TestServer extends ServerConnection {
  readonly address: string;
  readonly uiUrl: string;
  /** For a process that a test starts: it finds this server and this namespace. */
  readonly env: { readonly TEMPORAL_ADDRESS: string; readonly TEMPORAL_NAMESPACE: string };
}

/** The shared server, with a fresh namespace that has longhaul's search attributes. */
export async function testServer(): Promise<TestServer> {
  const { address, uiUrl } = await ask();
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await connection.close();
  const server = { connectionOptions: { address }, namespace, how: 'the shared test server' };
  await prepareServer(server, { timeoutMs: 120_000 });
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  return { ...server, address, uiUrl, env };
}

async function ask(): Promise<{ address: string; uiUrl: string }> {
  const door = process.env['LONGHAUL_TEST_DOOR'];
  if (door === undefined) throw new Error('LONGHAUL_TEST_DOOR is not set: run through npm test');
  let answer = '';
  for await (const piece of createConnection(door)) answer += String(piece);
  const said = JSON.parse(answer) as { address: string; uiUrl: string; error?: string };
  if (said.error !== undefined) throw new Error(said.error);
  return said;
}
