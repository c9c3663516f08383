/** What is published: which packages it brings, and that it runs where no checkout is. */
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleSpec } from '../src/spec/examples/posix.ts';
import { installPackage } from './support/processes/installed.ts';
import { expectSameTree } from './support/trees/oracle.ts';
import { start, stopAll } from './support/processes/processes.ts';
import { testServer } from './support/servers/temporal.ts';
import { directory, file, makeTree } from './support/trees/tree.ts';

const checkout = join(import.meta.dirname, '..');
const room = mkdtempSync(join(tmpdir(), 'longhaul-packed-'));
const installed = installPackage();
if (installed === undefined) {
  process.stderr.write('Tests of the installed package are skipped: no registry, and no cache\n');
}
const { folder, bin } = installed ?? { folder: '', bin: '' };
const packed = installed === undefined ? test.skip : test;
afterEach(stopAll);
afterAll(() => {
  for (const path of [room, installed?.room]) {
    if (path !== undefined) rmSync(path, { recursive: true, force: true });
  }
});

interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const locked = Object.entries(
  (JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as LockFile).packages,
);

/** Where a package finds protobufjs when it is itself found from `from`. */
function protobufOf(name: string, from: string): string {
  const ofPackage = createRequire(join(from, 'package.json')).resolve(name);
  return createRequire(ofPackage).resolve('protobufjs/package.json');
}

const versionIn = (path: string): string =>
  (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;

/** Two copies mean two registries of message types, and a replay that fails with "type must be a Type". */
function expectOneProtobuf(from: string): void {
  const [first = '', ...others] = ['proto', 'common', 'worker'].map((name) =>
    protobufOf(`@temporalio/${name}`, from),
  );

  expect(versionIn(first)).toMatch(/^8\./);
  expect(others).toEqual([first, first]);
}

describe('the dependencies', () => {
  test('are one version of Temporal, 1.24.0, in package.json and in the lock file', () => {
    const { dependencies } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const asked = Object.entries(dependencies).filter(([name]) => name.startsWith('@temporalio/'));
    const got = locked.filter(([path]) => path.includes('node_modules/@temporalio/'));

    expect(new Set(asked.map(([, version]) => version))).toEqual(new Set(['1.24.0']));
    expect(got.length).toBeGreaterThanOrEqual(asked.length);
    expect(new Set(got.map(([, { version }]) => version))).toEqual(new Set(['1.24.0']));
  });

  test('are in the lock file for every platform, as `npm ci` wants it, and name no registry', () => {
    const optional = locked.flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies),
    );
    const absent = optional.filter(
      (name) => !locked.some(([path]) => path.endsWith(`node_modules/${name}`)),
    );

    expect(optional).toContain('@napi-rs/blake-hash-darwin-arm64');
    expect(absent).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  test('give @temporalio/proto, common and worker one and the same protobufjs 8', () => {
    expectOneProtobuf(checkout);
  });
});

describe('the package, outside the checkout', () => {
  const run = async (...args: string[]) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: room };
    const { exitCode, stdout } = await execa(bin, args, {
      ...{ cwd: room, env, extendEnv: false, reject: false },
    });
    return { exit: exitCode, stdout };
  };

  packed('brings one protobufjs 8, too', () => {
    expectOneProtobuf(folder);
  });

  packed('brings the build, the bundle of workflows, the schema and the pages', () => {
    const expected = ['dist/workflow-bundle.js', 'schema/longhaul.schema.json', 'docs/spec.md'];

    expect(expected.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
    expect(existsSync(join(folder, 'test'))).toBe(false);
  });

  packed('longhaul --version', async () => {
    expect(await run('--version')).toEqual({
      exit: 0,
      stdout: versionIn(join(checkout, 'package.json')),
    });
  });

  packed('longhaul check SPEC', async () => {
    const [source, destination] = [join(room, 'old'), join(room, 'new')];
    [source, destination].forEach((path) => mkdirSync(path));
    const spec = join(room, 'acme.yaml');
    const stateDirectory = join(room, 'state');
    writeFileSync(spec, exampleSpec({ source, destination, stateDirectory }));

    expect(await run('check', spec)).toMatchObject({ exit: 0 });
    expect(await run('check', join(room, 'none.yaml'))).toMatchObject({ exit: 2 });
  });

  packed('longhaul sync A B', async () => {
    const [a, b] = [join(room, 'a'), join(room, 'b')];
    makeTree(a, { one: file('1'), deep: directory({ two: file('2') }) });
    mkdirSync(b);

    expect(await run('sync', a, b)).toMatchObject({ exit: 0 });
    expectSameTree(a, b);
  });

  packed('longhaul worker is ready at once, with the bundle made by the build', async () => {
    const { env } = await testServer();
    const began = performance.now();
    const worker = start(bin, ['worker', '--state', join(room, 'worker-state'), '--json'], { env });

    await worker.line(/"worker ready"/);
    const tookMs = Math.round(performance.now() - began);
    process.stderr.write(`A worker is ready ${tookMs} ms after its process was started\n`);

    expect(worker.output()).not.toMatch(/webpack|bundl/i);
  });

  packed('longhaul worker makes no bundle of its own when that one is missing', async () => {
    const bundle = join(folder, 'dist/workflow-bundle.js');
    rmSync(bundle);
    const { env } = await testServer();
    const worker = start(bin, ['worker', '--state', join(room, 'worker-state')], { env });

    expect(await worker.ended).toBe(1);
    expect(worker.output()).toContain(`The bundle of workflows is missing: ${bundle}`);
  });
});
