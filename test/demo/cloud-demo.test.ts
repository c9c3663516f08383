/** `longhaul demo --engine datasync`: the whole story through the sandbox, its judges, and that nothing of it stays behind. */
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAwsClients } from '../../src/aws/clients.ts';
import { lookInto, type Cloud, type Execution } from '../../src/demo/cloud.ts';
import { cloudPlaces, REGION, type CloudPlaces } from '../../src/demo/cloud-paper.ts';
import { byDeletes, byExecutions, proveCloud } from '../../src/demo/cloud-proof.ts';
import { placesIn } from '../../src/demo/paper.ts';
import { longhaul } from '../support/processes/run-longhaul.ts';
import {
  demo,
  descendants,
  expectNothingLeft,
  foldersOf,
  said,
  silentNarrator,
  told,
  withEnvironment,
} from '../support/migrations/demo.ts';
import { stopAll, type Started } from '../support/processes/processes.ts';

/** Plays from the start, because it waits for provisioning while the others run. */
let story: Started;
beforeAll(() => {
  story = demo('--engine', 'datasync', '--entries', '500', '--keep');
});
afterAll(stopAll);

describe('longhaul demo --engine datasync', () => {
  test('killed with -9 in the middle, it leaves nothing behind', async () => {
    const running = demo('--engine', 'datasync', '--entries', '500');
    await running.line(/provision .* --apply/);
    const folders = await foldersOf(running);
    const before = descendants(running.pid);
    expect(before.length).toBeGreaterThan(4);

    running.kill('SIGKILL');

    await expectNothingLeft(before, folders);
  });

  test('tells the story, proves its end, and its judges object to what is altered', async () => {
    const result = JSON.parse(await story.line(/"demo result"/, 280_000)) as {
      folder: string;
      temporal: string;
      elapsedMs: number;
      proofs: { by: string; ok: boolean }[];
    };

    const lines = said(story.output());
    const order = [
      /^longhaul sandbox --root .* --agent site-a --agent site-b /,
      /^longhaul assess /,
      /to do {2}file system/,
      /^longhaul provision .* --apply/,
      /fault: StartTaskExecution, no. 2: .* its answer is lost/,
      /^kill -9 /,
      /The other worker found it by its tag .*: 1 execution of chunk/,
      /its execution ended/,
      /fault: execution 9 is stuck in LAUNCHING/,
      /^It was cancelled/,
      /^longhaul chunks demo --blocked/,
      /^longhaul retry demo/,
      /^rm /,
      /^longhaul approve demo/,
      /the users are at the new place/,
      /^Proved: the sandbox's own record/,
      /Nothing was lost/,
    ].map((pattern) => told(lines, pattern));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(result.proofs.map(({ by, ok }) => [by, ok])).toEqual(ALL_FINE);

    const deleted = /^rm '(.*)'$/.exec(lines[told(lines, /^rm /)]?.text ?? '')?.[1] ?? '';
    await expectLossesToBeFound(result.folder, deleted);
    const env = { TEMPORAL_ADDRESS: result.temporal, LONGHAUL_STATE: join(result.folder, 'state') };
    expect(await longhaul(['status', 'demo'], { env })).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('demo: done'),
    });

    const folders = await foldersOf(story);
    const before = descendants(story.pid);
    story.kill('SIGINT');
    expect(await story.ended).toBe(0);
    await expectNothingLeft(before, folders);
    process.stderr.write(`The demo by DataSync took ${Math.round(result.elapsedMs / 1000)} s\n`);
  });
});

const ALL_FINE = ['rsync', 'ledger', 'mtree', 'executions', 'deletes'].map((by) => [by, true]);

/** Each alteration, what objects to it, and that it is fine again when it is undone. */
async function expectLossesToBeFound(folder: string, deleted: string): Promise<void> {
  const environment = Object.fromEntries(
    readFileSync(join(folder, 'sandbox.env'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.replace('export ', '').split(/=(.*)/) as [string, string]),
  );
  await withEnvironment({ ...environment, LONGHAUL_STATE: join(folder, 'state') }, async () => {
    const clients = createAwsClients({ region: REGION, endpoints: {} });
    const before = cloudPlaces(placesIn(folder));
    const cloud = lookInto(before, clients, environment['AWS_ENDPOINT_URL'] ?? '');
    const places = { ...before, destination: await cloud.fileSystem() };
    try {
      await expectTreesToBeJudged(places, cloud);
      const executions = await cloud.executions();
      expectExecutionsToBeJudged(places, executions);
      await expectDeletesToBeJudged(places, cloud, executions, deleted);
    } finally {
      clients.dispose();
    }
  });
}

async function expectTreesToBeJudged(places: CloudPlaces, cloud: Cloud): Promise<void> {
  const judged = async () =>
    (await proveCloud(silentNarrator(), places, cloud)).map(({ by, ok }) => [by, ok]);
  const { plain, linked } = someFiles(places.destination);
  const content = readFileSync(join(places.destination, plain));
  const put = (path: string, bytes: Uint8Array) => {
    const { mode } = lstatSync(join(places.destination, path));
    rmSync(join(places.destination, path));
    writeFileSync(join(places.destination, path), bytes);
    chmodSync(join(places.destination, path), mode); // the writer changes some
    for (const one of [path, dirname(path)])
      execFileSync('touch', ['-r', join(places.source, one), join(places.destination, one)]);
  };

  put(
    plain,
    content.map((byte, at) => (at === 7 ? byte ^ 1 : byte)),
  );
  expect(await judged()).toEqual([['rsync', false], ...ALL_FINE.slice(1)]);
  put(plain, content.subarray(1));
  expect(await judged()).toEqual([
    ['rsync', false],
    ['ledger', true],
    ['mtree', false],
    ...ALL_FINE.slice(3),
  ]);
  put(plain, content);
  // What DataSync makes of a name that comes later than the other one of its file: a copy.
  put(linked, readFileSync(join(places.destination, linked)));
  expect(await judged()).toEqual(ALL_FINE);
}

/** A file with one name, and one with two; from the root of the tree. */
function someFiles(tree: string): { readonly plain: string; readonly linked: string } {
  const files = readdirSync(tree, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path, stat: lstatSync(join(tree, path)) }))
    .filter(({ stat }) => stat.isFile() && stat.size > 100);
  const withNames = (n: number): string => files.find(({ stat }) => stat.nlink === n)?.path ?? '';
  return { plain: withNames(1), linked: withNames(2) };
}

function expectExecutionsToBeJudged(places: CloudPlaces, all: readonly Execution[]): void {
  const judged = (executions: readonly Execution[]): boolean =>
    byExecutions(silentNarrator(), places, executions).ok;
  const [first, ...others] = all;

  expect(judged(all)).toBe(true);
  expect(judged([...all, { ...first!, arn: `${first!.arn}0` }])).toBe(false);
  expect(judged(others)).toBe(false);
  const described = { ...first!.described, Status: 'TRANSFERRING' as const };
  expect(judged([{ ...first!, described }, ...others])).toBe(false);
}

async function expectDeletesToBeJudged(
  places: CloudPlaces,
  cloud: Cloud,
  executions: readonly Execution[],
  deleted: string,
): Promise<void> {
  const judged = async (all: readonly Execution[]): Promise<boolean> =>
    (await byDeletes(silentNarrator(), places, cloud, all)).ok;

  writeFileSync(deleted, 'it was there all the time');
  expect(await judged(executions)).toBe(false);
  rmSync(deleted);
  expect(await judged(executions)).toBe(true);
  const early = executions.map((one) =>
    (one.described.FilesDeleted ?? 0) > 0 ? { ...one, attempt: 'demo/0001/1/remove/0/1/x' } : one,
  );
  expect(await judged(early)).toBe(false);
}
