/** Checks of a worker before it takes work, its messages, and how it stops. */
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServer, stopServer } from '../../src/temporal/server.ts';
import { WORKFLOW_QUEUE, stepQueue } from '../../src/protocol/names.ts';
import { longhaul } from '../support/processes/run-longhaul.ts';
import { openMigration, type Migration } from '../support/migrations/migration.ts';
import { until, type Started } from '../support/processes/processes.ts';
import { testServer, type TestServer } from '../support/servers/temporal.ts';
import { isCopying } from '../support/trees/tree.ts';

const top = mkdtempSync(join(tmpdir(), 'longhaul-worker-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));
let migration: Migration;
afterEach(() => migration.close());

/** Returns the number of pollers of a queue in the last minutes. */
async function pollers(server: TestServer, name: string, taskQueueType: 1 | 2): Promise<number> {
  const connection = await Connection.connect(server.connectionOptions);
  const { namespace } = server;
  const { pollers: found } = await connection.workflowService.describeTaskQueue({
    ...{ namespace, taskQueue: { name }, taskQueueType },
  });
  await connection.close();
  return found?.length ?? 0;
}

const aside = (path: string): string => `${path}-aside`;

interface Blindness {
  readonly hide: () => void;
  readonly show: () => void;
  readonly says: () => RegExp;
}

/** Ways in which this host can lose access to the trees of a migration that it started. */
const BLINDNESSES: Readonly<Record<string, (of: Migration) => Blindness>> = {
  'another directory stands where the source was': ({ source }) => ({
    hide: () => {
      renameSync(source, aside(source));
      mkdirSync(source);
      writeFileSync(join(source, '.marker'), '');
    },
    show: () => {
      rmSync(source, { recursive: true });
      renameSync(aside(source), source);
    },
    says: () =>
      new RegExp(`the source: ${source} is not the tree that it was at the start: .*inode`),
  }),
  'the source is gone': ({ source }) => ({
    hide: () => renameSync(source, aside(source)),
    show: () => renameSync(aside(source), source),
    says: () => /the source: .*\[SOURCE_MISSING\]\. Mount the source again/,
  }),
  'the marker of the source is gone': ({ source }) => ({
    hide: () => rmSync(join(source, '.marker')),
    show: () => writeFileSync(join(source, '.marker'), ''),
    says: () => /the source: .*\.marker.*\[SOURCE_MISSING\]/,
  }),
  'the destination is gone': ({ destination }) => ({
    hide: () => renameSync(destination, aside(destination)),
    show: () => renameSync(aside(destination), destination),
    says: () => /the destination: .*\[DESTINATION_MISSING\]\. Mount the destination again/,
  }),
  'the state directory is another one': ({ state }) => {
    const file = join(state, 'identity.json');
    return {
      hide: () => {
        renameSync(file, aside(file));
        writeFileSync(file, JSON.stringify({ id: 'other', createdAt: '2026-01-01T00:00:00Z' }));
      },
      show: () => renameSync(aside(file), file),
      says: () => /it was started in another state directory \(.*\) than/,
    };
  },
};

describe('a worker takes no work, and says why, when', () => {
  test.each(Object.entries(BLINDNESSES))('%s', async (_what, blindness) => {
    const server = await testServer();
    const source = join(mkdtempSync(join(top, 'blind-')), 'source');
    migration = await openMigration({
      env: server.env,
      sourcePath: source,
      spec: { source: { path: source, marker: '.marker' } },
    });
    writeFileSync(join(migration.source, '.marker'), '');
    writeFileSync(join(migration.source, 'file'), 'content');
    await migration.start();
    const { hide, says } = blindness(migration);

    hide();
    const worker = migration.worker();
    const line = await worker.line(/^Not working on/);
    await worker.line(/is ready/);

    expect(line).toMatch(says());
    expect(line).toContain('trying again every 5 s');
    // The server lists a poller when its first poll has come in, which is after the worker says that it is ready.
    await until('workflow tasks are polled for', () => pollers(server, WORKFLOW_QUEUE, 1));
    expect(await pollers(server, stepQueue(migration.name), 2)).toBe(0);
    const { phase } = await migration.until('its workflow answers', () => true);
    expect(phase).toBe('assessing');
    expect(worker.output()).not.toMatch(/^Working on/m);
    expect(readdirSync(standing(migration.destination))).toEqual([]);
  });
});

/** Where a directory is that may have been put aside. */
const standing = (path: string): string => (existsSync(path) ? path : aside(path));

describe('a worker', () => {
  test('takes the work once it can access the trees', async () => {
    migration = await openMigration();
    writeFileSync(join(migration.source, 'file'), 'content');
    await migration.start();
    const { hide, show } = BLINDNESSES['the source is gone']!(migration);
    hide();
    const worker = migration.worker();
    await worker.line(/^Not working on/);

    show();

    expect(await worker.line(/^Working on m: /)).toContain('are there');
    await migration.done();
    await migration.proven();
  });

  test('reports that no migration was started in its state directory', async () => {
    migration = await openMigration();
    const worker = migration.worker();

    await worker.line(/is ready/);

    await worker.line(new RegExp(`^No migration was started in ${migration.state} yet`));
  });

  test('stops on SIGTERM at a safe point, and the next worker continues', async () => {
    migration = await openMigration({ spec: { link: { bandwidth: '256 KiB/s' } } });
    writeFileSync(join(migration.source, 'large'), Buffer.alloc(24 * 2 ** 20, 7));
    await migration.start();
    const worker = migration.worker();
    await until('bytes are under way', () => isCopying(migration.destination));

    worker.kill('SIGTERM');

    expect(await worker.ended).toBe(130);
    expect(worker.output()).toMatch(/The worker has stopped$/);
    // The whole file would have taken a minute and a half.
    expect(existsSync(join(migration.destination, 'large'))).toBe(false);
    migration.worker();
    expect(await migration.longhaul('set-bandwidth', 'm', 'none')).toMatchObject({ exit: 0 });
    await migration.done();
    expect(temporaries()).toEqual([]);
    await migration.proven();
  });

  test('prints messages for operators and no log lines of the SDK', async () => {
    migration = await openMigration();
    writeFileSync(join(migration.source, 'file'), 'content');
    await migration.start();
    const worker = migration.worker();
    await migration.done();

    await worker.stop();

    expect(kindsOf(worker)).toEqual(['ready', 'Working on', 'stopped']);
  });

  test('logs the lines of the SDK as JSON with LONGHAUL_LOG_LEVEL=debug', async () => {
    migration = await openMigration();
    const worker = migration.worker({ env: { LONGHAUL_LOG_LEVEL: 'debug' } });

    const line = await worker.line(/"Worker state changed"/);

    expect(JSON.parse(line)).toMatchObject({ level: 20, taskQueue: WORKFLOW_QUEUE });
  });

  test('uses the state directory that start recorded, if there is exactly one', async () => {
    migration = await openMigration();
    writeFileSync(join(migration.source, 'file'), 'content');
    await migration.start();

    const worker = migration.worker({ env: { LONGHAUL_STATE: '' } });

    await worker.line(/^Working on m/);
  });

  test('asks for a state directory if start recorded several or none', async () => {
    migration = await openMigration();
    const pointers = join(migration.root, 'xdg/longhaul/migrations');
    const none = migration.worker({ env: { LONGHAUL_STATE: '' } });
    expect(await none.ended).toBe(2);
    mkdirSync(pointers, { recursive: true });
    writeFileSync(join(pointers, 'a'), '/state/one\n');
    writeFileSync(join(pointers, 'b'), '/state/two\n');
    const several = migration.worker({ env: { LONGHAUL_STATE: '' } });

    expect(await several.ended).toBe(2);
    expect(none.output()).toMatch(/^longhaul: No state directory was given \[USAGE\]/);
    expect(several.output()).toContain('; known are /state/one, /state/two');
  });

  test('reports once that the server is unreachable, and once that it is back', async () => {
    migration = await openMigration({ env: { TEMPORAL_ADDRESS: '' } });
    const home = {
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? `${process.env['HOME']}/.cache`,
    };
    const options = { stateDirectory: migration.state, lifetime: 'detached' } as const;
    const env = { ...process.env, ...home, TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: '' };
    const server = await ensureServer({ ...options, defaultPorts: false, env });
    try {
      const worker = migration.worker({ env: { ...home, TEMPORAL_ADDRESS: '' } });
      await worker.line(/is ready/);

      await server.stop();
      await worker.line(/^The Temporal server does not answer: waiting/);
      await ensureServer({ ...options, defaultPorts: false, env });
      await worker.line(/^The Temporal server answers again/);

      await worker.stop();
      expect(worker.output()).not.toMatch(/^\{/m);
      expect(worker.output().match(/does not answer/g)).toHaveLength(1);
    } finally {
      await stopServer({ ...options, env });
    }
  });

  test('uses the server of the user account if its state directory has none', async () => {
    migration = await openMigration({ env: { TEMPORAL_ADDRESS: '' } });
    const home = {
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? `${process.env['HOME']}/.cache`,
    };
    const account = { XDG_STATE_HOME: join(migration.root, 'xdg') };
    const up = await longhaul(['up', '--detach'], { env: { ...home, ...account } });
    try {
      expect(up.exit).toBe(0);
      const worker = migration.worker({ env: { ...home, TEMPORAL_ADDRESS: '' } });
      await worker.line(/is ready; server: already running as process/);
      await worker.stop();
    } finally {
      await stopServer({ env: account });
    }
  });
});

function temporaries(): readonly string[] {
  return readdirSync(migration.destination).filter((name) => name.startsWith('.longhaul-'));
}

/** Reduces each line to the word that tells its kind; leaves other lines unchanged. */
function kindsOf(worker: Started): readonly string[] {
  return worker
    .output()
    .split('\n')
    .map((line) => /\b(ready|Working on|stopped)\b/.exec(line)?.[0] ?? line);
}
