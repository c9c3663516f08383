/** docker-compose.yml, Dockerfile and what they refer to. Images are not pulled here. */
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ignore from 'ignore';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { COMMANDS } from '../src/cli/commands.ts';
import { toCommander } from '../src/cli/to-commander.ts';

const root = join(import.meta.dirname, '..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly restart?: string;
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly (string | { readonly target: string })[];
}

const compose = parse(textOf('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const services = Object.entries(compose.services);
const manifest = JSON.parse(textOf('package.json')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
};

describe('docker-compose.yml', () => {
  const schema = JSON.parse(textOf('test/fixtures/compose-spec/compose-spec.json')) as object;
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

  test('is valid by the published Compose schema', () => {
    validate(compose);

    expect(validate.errors).toBeNull();
  });

  test('would not be valid with a misspelt key, so that the schema says something', () => {
    expect(validate({ services: { a: { image: 'a:1', helthcheck: {} } } })).toBe(false);
  });

  test.each(services)('%s has an image of one pinned version', (_name, { image }) => {
    expect(image).toMatch(/^[a-z0-9/-]+:\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?$/);
  });

  test('every service that stays has a health check', () => {
    const lasting = services.filter(([, { restart }]) => restart === 'unless-stopped');

    expect(lasting.map(([name]) => name)).toEqual(['postgres', 'temporal', 'ui', 'worker']);
    expect(lasting.filter(([, { healthcheck }]) => healthcheck === undefined)).toEqual([]);
  });

  test('what a service waits for exists, and can become what is waited for', () => {
    for (const [, { depends_on = {} }] of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const { healthcheck, restart } = compose.services[name] ?? {};
        const ends = restart !== 'unless-stopped';
        expect(condition).toBe(ends ? 'service_completed_successfully' : 'service_healthy');
        expect(ends || healthcheck !== undefined).toBe(true);
      }
    }
  });

  test('nothing is published beyond loopback', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);

    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('the files it mounts are there', () => {
    const files = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter((volume) => typeof volume === 'string')
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((source) => source.startsWith('./'));

    expect(files).toHaveLength(2);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test('our own services run commands that longhaul has, in an image of this version', async () => {
    const ours = services.filter(([, { build }]) => build !== undefined);

    expect(ours.map(([name]) => name)).toEqual(['prepare', 'worker']);
    for (const [, { image, command = ['worker'] }] of ours) {
      expect(image).toBe(`longhaul:${manifest.version}`);
      const row = COMMANDS.find(({ name }) => name === command[0]);
      if (row === undefined) throw new Error(`there is no command ${command[0]}`);
      const parsed = toCommander(await row.load(), () => Promise.resolve());
      await parsed.exitOverride().parseAsync(command.slice(1), { from: 'user' });
    }
  });
});

describe('the Dockerfile', () => {
  const lines = textOf('Dockerfile')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const of = (instruction: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1).trim());

  test('builds on one pinned Node that longhaul supports, with glibc', () => {
    const bases = new Set(of('FROM').map((base) => base.split(' ')[0] ?? ''));
    const [, major = 0, minor = 0] = /^node:(\d+)\.(\d+)\.\d+-/.exec([...bases][0] ?? '') ?? [];
    const [, oldestMajor, oldestMinor] = /^>=(\d+)\.(\d+)$/.exec(manifest.engines.node) ?? [];

    expect(bases.size).toBe(1);
    expect([...bases][0]).toMatch(/-(bookworm|trixie)-slim$/);
    expect(Number(major) * 1000 + Number(minor)).toBeGreaterThanOrEqual(
      Number(oldestMajor) * 1000 + Number(oldestMinor),
    );
  });

  test('copies only what exists and what .dockerignore lets through', () => {
    const shut = ignore().add(textOf('.dockerignore'));
    const sources = of('COPY')
      .filter((copy) => !copy.startsWith('--from'))
      .flatMap((copy) => copy.split(/\s+/).slice(0, -1));

    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      const folder = statSync(join(root, source)).isDirectory();
      expect([source, shut.ignores(folder ? `${source}/` : source)]).toEqual([source, false]);
    }
  });

  test('runs npm scripts that exist', () => {
    const scripts = of('RUN').flatMap((run) =>
      [...run.matchAll(/npm run (\S+)/g)].map(([, name]) => name ?? ''),
    );

    expect(scripts).toEqual(['build']);
    expect(scripts.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
  });

  test('starts longhaul itself, without a shell between', () => {
    const [entry] = of('ENTRYPOINT').map((json) => JSON.parse(json) as string[]);

    expect(entry?.[0]).toBe('node');
    expect(existsSync(join(root, entry?.[1] ?? 'none'))).toBe(true);
    expect(COMMANDS.map(({ name }) => name)).toContain(
      (JSON.parse(of('CMD')[0] ?? '[]') as string[])[0],
    );
  });
});
