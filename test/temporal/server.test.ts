import { afterAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { identify } from '../../src/temporal/process-identity.ts';
import { connectionOptions, ensureServer, stopServer } from '../../src/temporal/server.ts';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/api.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
function stateDirectory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-server-'));
  folders.push(folder);
  return folder;
}
/** The caller's environment without what would name another server. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')),
);

describe('a server for a state directory', () => {
  test('starts, is adopted by the next caller, and stops', async () => {
    const options = {
      stateDirectory: stateDirectory(),
      lifetime: 'with this process',
      env,
    } as const;

    const first = await ensureServer(options);
    const second = await ensureServer(options);
    await second.stop();
    const reached = connectionOptions(options);
    await first.stop();

    expect(first.address).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(first.uiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(second).toMatchObject({ address: first.address, pid: first.pid });
    expect(reached.connectionOptions.address).toBe(first.address);
    expect(identify(first.pid ?? 0)).toBeUndefined();
    expect(() => connectionOptions(options)).toThrow(/No Temporal server runs for .* is gone/);
  });

  test('is not started on a port that somebody else answers at', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const place = { stateDirectory: stateDirectory(), lifetime: 'with this process', env } as const;

    await expect(ensureServer({ ...place, port })).rejects.toMatchObject({
      code: 'USAGE',
      message: `Port ${port} of 127.0.0.1 is in use`,
    });
    await expect(ensureServer({ ...place, uiPort: port })).rejects.toMatchObject({ code: 'USAGE' });
    taken.close();
    expect(() => connectionOptions(place)).toThrow(/No Temporal server runs/);
  });

  test('has the search attributes, and comes back at the same address', async () => {
    const options = {
      stateDirectory: stateDirectory(),
      lifetime: 'detached',
      usualPorts: false,
      env,
    } as const;

    const first = await ensureServer(options);
    process.kill(first.pid ?? 0, 'SIGKILL');
    const second = await ensureServer(options);
    const connection = await Connection.connect(second.connectionOptions);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace: second.namespace,
    });
    await connection.close();

    expect(second.address).toBe(first.address);
    expect(second.pid).not.toBe(first.pid);
    expect(Object.keys(customAttributes)).toEqual(
      expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)),
    );
    expect(await stopServer(options)).toBe(true);
    expect(await stopServer(options)).toBe(false);
  });
});
