// Before the tests: a build for what runs from dist/ (command line, worker threads), and a door at
// which test files ask for the one Temporal server they share. It starts when the first one asks.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale } from '../../../scripts/build.mjs';
import { inMemory } from '../../../scripts/suite/leftovers.mjs';

export default async function globalSetup() {
  await buildIfStale();
  const parent = process.env.LONGHAUL_TEST_SCRATCH ?? inMemory() ?? tmpdir();
  const folder = mkdtempSync(join(parent, 'longhaul-tests-'));
  // Scratch directories may be for other users.
  chmodSync(folder, 0o1777);
  process.env.LONGHAUL_TEST_FOLDER = folder;
  // Set by scripts/run-tests.mjs, which looks for what is left in it; here it is removed unseen.
  process.env.LONGHAUL_TEST_SCRATCH ??= folder;
  const door = await openDoor(folder);
  process.env.LONGHAUL_TEST_DOOR = door.path;
  globalThis.closeTestDoor = async () => {
    await door.close();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function openDoor(folder) {
  let starting;
  const path = join(folder, 'door');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    starting ??= startTemporal(folder);
    starting.then(
      ({ address, uiUrl }) => socket.end(JSON.stringify({ address, uiUrl })),
      (error) => socket.end(JSON.stringify({ error: error.message })),
    );
  });
  await new Promise((resolve) => server.listen(path, resolve));
  server.unref();
  const close = async () => {
    server.close();
    const started = await starting?.catch(() => undefined);
    await started?.stop();
  };
  return { path, close };
}

async function startTemporal(folder) {
  const { ensureServer } = await import('../../../dist/temporal/server.js');
  return ensureServer({
    stateDirectory: join(folder, 'state'),
    lifetime: 'with this process',
    env: withoutTemporal(process.env),
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
}

/** The tests bring their own server, whatever the environment names. */
function withoutTemporal(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^TEMPORAL_/.test(name)));
}
