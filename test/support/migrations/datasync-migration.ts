/**
 * A migration with `engine: datasync` as a user runs it, against the sandbox: the built program, a real
 * Temporal server, and executions that really move bytes. The sandbox's time runs a thousand times as fast
 * as the clock, or stands still until a test lets it pass.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { agentsOf, type Timings } from '../../../src/sandbox/world/datasync.ts';
import { faultScriptSchema } from '../../../src/sandbox/world/faults.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { SpecInput } from '../../../src/spec/schema.ts';
import { openMigration, type Migration } from './migration.ts';
import type { Started } from '../processes/processes.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';
const AWS_ENVIRONMENT = { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' };

export interface CloudOptions {
  readonly faults?: readonly object[];
  readonly agents?: readonly string[];
  readonly timings?: Partial<Timings>;
  readonly time?: 'virtual' | number;
  /** Over the spec's own section. */
  readonly aws?: object;
  readonly spec?: Partial<SpecInput> | ((root: string) => Partial<SpecInput>);
  /** A Temporal server of its own, begun by `up()`. */
  readonly ownServer?: boolean;
  /** Directories of five files; the first two have a chunk each when the spec lists no others. */
  readonly directories?: readonly string[];
}

export interface CloudMigration extends Migration {
  readonly sandbox: Sandbox;
  /** Another export may be served in its place. */
  readonly exported: string;
  worker(): Started;
  /** Lets the sandbox's time pass, a step at a time, until it holds. */
  passUntil(what: string, holds: () => boolean | Promise<boolean>): Promise<void>;
  /** No two executions of one attempt, none still under way, and never two at once on an agent. */
  expectNoStrays(): void;
}

const specFor = (
  endpoint: string,
  { agents = ['site-a'], aws, spec }: CloudOptions,
  root: string,
) => ({
  engine: 'datasync' as const,
  source: { kind: 'nfs' as const, server: 'nfs.example', export: '/data', agents: [...agents] },
  destination: {
    kind: 'efs' as const,
    fileSystem: FILE_SYSTEM,
    subnets: ['subnet-0a1b2c3d'],
    securityGroups: ['sg-0a1b2c3d'],
  },
  defaultExcludes: false,
  chunks: { roots: ['a', 'b'] },
  aws: {
    region: 'eu-central-1',
    account: '111122223333',
    endpoints: { datasync: endpoint, efs: endpoint, s3: endpoint },
    reports: { bucket: 'reports', writeRole: 'arn:aws:iam::111122223333:role/reports' },
    pollInterval: '50ms',
    launchTimeout: '10s',
    removeWithFilters: true,
    ...aws,
  },
  ...(typeof spec === 'function' ? spec(root) : spec),
});

/** The tree the agents see, the file system DataSync sees, and a migration between them. */
export async function openCloud(options: CloudOptions = {}): Promise<CloudMigration> {
  const { faults = [], agents = ['site-a'], timings = {}, time = 1000 } = options;
  const cloud = mkdtempSync(join(tmpdir(), 'cloud-'));
  // The places are known before the trees are: both are symlinks.
  mkdirSync(join(cloud, 'efs'));
  const server = join(cloud, 'nfs/nfs.example');
  mkdirSync(server, { recursive: true });
  const sandbox = await startSandbox({
    root: cloud,
    time,
    timings,
    agents: agents.map((name) => ({ name })),
    faults: faultScriptSchema.parse({ faults }),
  });
  const migration = await openMigration({
    spec: (root) => specFor(sandbox.endpoint, options, root),
    ownServer: options.ownServer === true,
  });
  const exported = join(server, 'data');
  symlinkSync(migration.source, exported);
  symlinkSync(migration.destination, join(cloud, 'efs', FILE_SYSTEM));
  fill(migration.source, options.directories ?? ['a', 'b', 'c']);
  return {
    ...migration,
    sandbox,
    exported,
    worker: () => migration.worker({ env: AWS_ENVIRONMENT }),
    async passUntil(what, holds) {
      const until = Date.now() + 120_000;
      while (!(await holds())) {
        if (Date.now() > until) throw new Error(`Still not: ${what}`);
        sandbox.advance(STEP_MS);
        await new Promise((resolve) => setTimeout(resolve, STEP_TAKES_MS));
      }
    },
    expectNoStrays: () => expectNoStrays(sandbox),
    async close() {
      await migration.stop();
      await sandbox.close();
      await migration.close();
      rmSync(cloud, { recursive: true, force: true });
    },
  };
}

/** Of the sandbox, and of the clock. */
const STEP_MS = 15_000;
const STEP_TAKES_MS = 20;

function fill(source: string, directories: readonly string[]): void {
  for (const name of directories) {
    mkdirSync(join(source, name));
    for (let f = 0; f < 5; f++) writeFileSync(join(source, name, `f${f}`), `${name} ${f}`);
  }
  writeFileSync(join(source, 'top'), 'top');
}

function expectNoStrays({ world }: Sandbox): void {
  const { executions, tags } = world;
  const all = [...executions.values()];
  const attempts = all.map(
    ({ arn }) => tags.get(arn)?.find(({ Key }) => Key === 'longhaul:attempt')?.Value,
  );
  expect(new Set(attempts).size).toBe(attempts.length);
  expect(all.filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
  for (const agent of world.agents.values()) {
    const here = all.filter(({ task }) => agentsOf(world, task).includes(agent));
    const together = here.filter((one) =>
      here.some(
        (other) =>
          other !== one && other.requestedAt <= one.requestedAt && one.requestedAt < other.endedAt!,
      ),
    );
    expect(together.map(({ arn }) => arn)).toEqual([]);
  }
}
