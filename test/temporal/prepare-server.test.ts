import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { SearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../src/protocol/names.ts';
import { prepareServer } from '../../src/temporal/prepare-server.ts';
import { testServer } from '../support/servers/temporal.ts';

describe('preparing a server', () => {
  test('lets a workflow start with each search attribute at once', async () => {
    const server = await testServer();
    const connection = await Connection.connect(server.connectionOptions);
    const client = new Client({ connection, namespace: server.namespace });
    const searchAttributes = Object.fromEntries(
      Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, type === 'INT' ? [1] : ['a']]),
    ) as SearchAttributes;

    const handle = await client.workflow.start('any', {
      workflowId: 'one',
      taskQueue: 'nobody',
      searchAttributes,
    });
    const { searchAttributes: kept } = await handle.describe();
    await connection.close();

    expect(kept).toMatchObject(searchAttributes);
  });

  test('is done by several processes at once without a quarrel', async () => {
    const server = await testServer();

    const all = Promise.all([1, 2, 3, 4].map(() => prepareServer(server, { timeoutMs: 60_000 })));

    await expect(all).resolves.toHaveLength(4);
  });

  test('makes the namespace only when asked to, with the search attributes in it', async () => {
    const server = { ...(await testServer()), namespace: `made-${randomBytes(6).toString('hex')}` };

    await prepareServer(server, { timeoutMs: 60_000, createNamespace: true });
    await prepareServer(server, { timeoutMs: 60_000, createNamespace: true });

    const connection = await Connection.connect(server.connectionOptions);
    const { customAttributes } = await connection.operatorService.listSearchAttributes(server);
    await connection.close();
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)),
    );
  });

  test('names a server that does not answer, and one without the namespace', async () => {
    const server = await testServer();
    const nowhere = { ...server, connectionOptions: { address: '127.0.0.1:1' } };
    const strange = { ...server, namespace: 'nobody-made-this' };

    const outcomes = await Promise.allSettled([
      prepareServer(nowhere, { timeoutMs: 200 }),
      prepareServer(strange, { timeoutMs: 200 }),
    ]);

    expect(outcomes).toMatchObject([
      { reason: { code: 'SERVER_UNREACHABLE', message: expect.stringContaining('127.0.0.1:1') } },
      {
        reason: {
          code: 'SERVER_UNREACHABLE',
          hint: expect.stringContaining('up --create-namespace'),
        },
      },
    ]);
  });
});
