/** How long a server lives: as long as its owner, however that ends; or until `longhaul down`. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { identify } from '../../src/temporal/process-identity.ts';
import { ensureServer, stopServer } from '../../src/temporal/server.ts';
import { longhaul } from '../support/processes/run-longhaul.ts';
import { start, stopAll, until, type Started } from '../support/processes/processes.ts';
import type { sleeper } from './fixtures/sleeper.ts';

const top = mkdtempSync(join(tmpdir(), 'longhaul-lifetime-'));
/** Everything of the caller but what would name another server; the cache with the program is kept. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')),
) as Record<string, string>;
const bin = join(import.meta.dirname, '../../bin/longhaul.js');

let stateDirectory: string;
beforeEach(() => {
  stateDirectory = mkdtempSync(join(top, 'state-'));
});
afterEach(async () => {
  await stopAll();
  await stopServer({ stateDirectory, env });
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

/** The server's process, from what `--json` says about it. */
const serverPid = async (owner: Started): Promise<number> =>
  (JSON.parse(await owner.line(/"type":"server"/)) as { pid: number }).pid;

const up = (...options: string[]): Started =>
  start(process.execPath, [bin, 'up', '--state', stateDirectory, '--json', ...options], {
    env: { ...clean(), ...env },
  });

/** start() adds to this process's environment: what names a server must be emptied. */
const clean = (): Record<string, string> =>
  Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith('TEMPORAL_'))
      .map((name) => [name, '']),
  );

const gone = (pid: number): Promise<boolean> =>
  until(`the server ${pid} is gone`, () => identify(pid) === undefined);

describe('a server of one owner', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'ends when `longhaul up` gets a %s',
    async (signal) => {
      const owner = up();
      const pid = await serverPid(owner);
      expect(identify(pid)).toBeDefined();

      owner.kill(signal);

      expect(await owner.ended).toBe(signal === 'SIGKILL' ? 'SIGKILL' : 0);
      expect(await gone(pid)).toBe(true);
    },
  );

  test('ends when its owner is killed while the server still starts', async () => {
    const owner = up();
    await owner.line(/starting /);
    owner.kill('SIGKILL');
    await owner.ended;

    const left = (): readonly string[] =>
      readdirSync('/proc').filter(
        (pid) => /^\d+$/.test(pid) && commandOf(pid).includes(stateDirectory),
      );
    await until('no process of it is left', () => left().length === 0);
  });

  test('ends when a program that started one just ends, without a stop', async () => {
    const built = pathToFileURL(join(import.meta.dirname, '../../dist/temporal/server.js')).href;
    const options = { stateDirectory, lifetime: 'with this process' };
    const code = `import { ensureServer } from ${JSON.stringify(built)};
      const { pid } = await ensureServer(${JSON.stringify(options)});
      console.log(JSON.stringify({ type: 'server', pid }));
      process.exit(7);`;
    const owner = start(process.execPath, ['--input-type=module', '--eval', code], {
      env: { ...clean(), ...env },
    });
    const pid = await serverPid(owner);

    expect(await owner.ended).toBe(7);
    expect(await gone(pid)).toBe(true);
  });
});

describe('longhaul up --detach', () => {
  const state = (): string[] => ['--state', stateDirectory, '--json'];
  const run = (...args: string[]) => longhaul([...args, ...state()], { env });

  test('leaves a server that the next one finds, and down stops', async () => {
    const first = await run('up', '--detach');
    const again = await run('up', '--detach');
    const { pid, address } = JSON.parse(first.stdout) as { pid: number; address: string };
    const alive = identify(pid) !== undefined;
    const down = await run('down');
    const twice = await run('down');

    expect([first.exit, again.exit, down.exit, twice.exit]).toEqual([0, 0, 0, 0]);
    expect(alive).toBe(true);
    expect(JSON.parse(again.stdout)).toMatchObject({ pid, address });
    expect(JSON.parse(down.stdout)).toMatchObject({ stopped: true });
    expect(JSON.parse(twice.stdout)).toMatchObject({ stopped: false });
    expect(identify(pid)).toBeUndefined();
  });

  test('started twice at once makes one server', async () => {
    const both = await Promise.all([run('up', '--detach'), run('up', '--detach')]);

    const pids = new Set(both.map(({ stdout }) => (JSON.parse(stdout) as { pid: number }).pid));
    expect(both.map(({ exit }) => exit)).toEqual([0, 0]);
    expect(pids.size).toBe(1);
  });

  test('listens on loopback and nowhere else', async () => {
    const { stdout } = await run('up', '--detach');
    const { pid } = JSON.parse(stdout) as { pid: number };

    const addresses = listening(pid);

    expect(addresses.length).toBeGreaterThanOrEqual(2);
    expect(addresses.filter((address) => !LOOPBACK.test(address))).toEqual([]);
  });
});

test('a workflow goes on after kill -9 of the server and `up`', async () => {
  const options = { stateDirectory, lifetime: 'detached', defaultPorts: false, env } as const;
  const first = await ensureServer(options);
  const connection = await Connection.connect(first.connectionOptions);
  const client = new Client({ connection, namespace: first.namespace });
  const native = await NativeConnection.connect(first.connectionOptions);
  const worker = await Worker.create({
    connection: native,
    namespace: first.namespace,
    taskQueue: 'sleepers',
    workflowsPath: fileURLToPath(new URL('fixtures/sleeper.ts', import.meta.url)),
  });

  const slept = await worker.runUntil(async () => {
    const handle = await client.workflow.start<typeof sleeper>('sleeper', {
      ...{ workflowId: 'goes-on', taskQueue: 'sleepers', args: [3_000] },
    });
    await until('its timer runs', async () => (await handle.describe()).historyLength > 3);
    process.kill(first.pid ?? 0, 'SIGKILL');
    await ensureServer(options);
    return handle.result();
  });
  await connection.close();
  await native.close();

  expect(slept).toBeGreaterThanOrEqual(3_000);
});

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1)$/;

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Local addresses of the listening TCP sockets of a process: proc(5), net/tcp. */
function listening(pid: number): readonly string[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      } catch {
        return undefined; // closed meanwhile
      }
    }),
  );
  return ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/net/${kind}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && own.has(fields[9]))
      .map((fields) => addressOf(fields[1]?.split(':')[0] ?? '')),
  );
}

/** '0100007F' → '127.0.0.1'; words are in the order of the machine. */
function addressOf(hex: string): string {
  const bytes = [...hex.matchAll(/.{8}/g)].flatMap(([word]) =>
    [...Buffer.from(word, 'hex')].reverse(),
  );
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.slice(0, 12).join() === '0,0,0,0,0,0,0,0,0,0,255,255';
  if (mapped) return bytes.slice(12).join('.');
  return bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1
    ? '::1'
    : bytes.join(':');
}
