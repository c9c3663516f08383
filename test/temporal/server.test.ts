import { afterAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { findProgram } from '../../src/temporal/find-program.ts';
import { identify } from '../../src/temporal/process-identity.ts';
import { connectionOptions, ensureServer, stopServer } from '../../src/temporal/server.ts';
import { SEARCH_ATTRIBUTES } from '../../src/protocol/names.ts';

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

/** The program; before it begins for the first time, somebody listens at the port it was given with `option`. */
const takesFirst = (option: string, { place, path }: Record<'place' | 'path', string>): string =>
  `#!/bin/sh
if [ $1 = server ] && [ ! -e ${place}/taken ]; then
  node -e '
    const [option, file, ...given] = process.argv.slice(1);
    const port = given[given.indexOf(option) + 1];
    const write = () => require("fs").writeFileSync(file, port);
    require("net").createServer().listen(port, "127.0.0.1", write);
    setTimeout(() => process.exit(), 10000);
  ' -- ${option} ${place}/taken "$@" 5>&- & # 5: what the server holds as long as it lives
  while [ ! -e ${place}/taken ]; do sleep 0.05; done
fi
exec ${path} "$@"
`;

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

  test.each(['--port', '--ui-port'])(
    'that finds its %s taken since it was chosen takes another',
    async (option) => {
      const place = stateDirectory();
      const { path } = await findProgram({ env });
      const program = join(place, 'temporal');
      writeFileSync(program, takesFirst(option, { place, path }), { mode: 0o755 });
      const options = { program, lifetime: 'with this process', env } as const;

      const server = await ensureServer({ stateDirectory: join(place, 'state'), ...options });
      await server.stop();

      const taken = readFileSync(join(place, 'taken'), 'utf8');
      const { host } = new URL(option === '--port' ? `http://${server.address}` : server.uiUrl!);
      expect(taken).toMatch(/^\d+$/);
      expect(host).not.toBe(`127.0.0.1:${taken}`);
    },
  );

  test('has the search attributes, and comes back at the same address', async () => {
    const options = {
      stateDirectory: stateDirectory(),
      lifetime: 'detached',
      defaultPorts: false,
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
