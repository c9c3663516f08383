/**
 * A migration as a user runs it: the built program, real worker processes, the shared Temporal
 * server with a namespace of its own, and real files. `proven()` is the end of every test: the ledger
 * closes, and rsync, which knows nothing of longhaul, finds nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { readLedger } from '../../../src/ledger/ledger.ts';
import type { LedgerLine } from '../../../src/ledger/ledger-line.ts';
import type { SpecInput } from '../../../src/spec/schema.ts';
import { cacheFolder } from '../../../src/temporal/folders.ts';
import { chunkId, migrationId } from '../../../src/protocol/names.ts';
import type { MigrationProgress } from '../../../src/protocol/reports.ts';
import { bareEnvironment, longhaul, type RunResult } from '../processes/run-longhaul.ts';
import { expectSameTree, type OracleOptions } from '../trees/oracle.ts';
import { PATIENCE_MS, start, until, type Started } from '../processes/processes.ts';
import { testServer } from '../servers/temporal.ts';

const bin = join(import.meta.dirname, '../../../bin/longhaul.js');
const killAtProgram = join(import.meta.dirname, '../processes/kill-at.mjs');
/** Longer than the killer takes on any machine. */
const HOLD_SECONDS = 120;
const NAME = 'm';

/** Short times: nothing in a test waits for minutes. */
const SPEC = {
  version: 1,
  name: NAME,
  rounds: { intervalStart: '1s', intervalFloor: '0s' },
  timing: { heartbeatTimeout: '2s', probeInterval: '500ms', probeIntervalMax: '1s' },
  deletes: { when: 'final', maxPercent: 100 },
} as const satisfies Partial<SpecInput>;

/** Why no process can be killed at a system call on this machine; undefined when it can. */
export const killAtMissing =
  spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0
    ? undefined
    : 'strace is missing or may not trace';

/** The process is killed with -9 when a thread of it is about to do the `nth` such call on the path. */
export interface KillAt {
  readonly call: string;
  readonly nth: number;
  readonly path?: string;
}

export interface WorkerOptions {
  readonly killAt?: KillAt;
  /** A command in front of node, such as setpriv with its options. */
  readonly through?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Migration {
  readonly name: string;
  readonly root: string;
  readonly source: string;
  readonly destination: string;
  readonly state: string;
  /** Directory of a chunk in the state directory. */
  chunkDirectory(chunk: string): string;
  /** Runs the program to its end. */
  longhaul(...args: readonly string[]): Promise<RunResult>;
  /** `longhaul start`; throws when it does not exit with 0. */
  start(): Promise<void>;
  worker(options?: WorkerOptions): Started;
  /** `longhaul up`, in the foreground; resolves when it serves. */
  up(): Promise<OwnServer>;
  ledger<K extends LedgerLine['kind']>(kind: K): (LedgerLine & { readonly kind: K })[];
  /** The query `progress`; undefined while no worker answers. */
  progress(): Promise<MigrationProgress | undefined>;
  until(
    what: string,
    holds: (progress: MigrationProgress) => boolean,
    timeoutMs?: number,
  ): Promise<MigrationProgress>;
  /** What the steps of a chunk answered in a round, by the name of the activity; the last answer counts. */
  results(chunk: string, round: number): Promise<Readonly<Record<string, StepOutcome>>>;
  /** With which attempts the activities of a chunk in a round ended well. */
  attempts(chunk: string, round: number): Promise<readonly number[]>;
  /** Waits until the migration is done; throws when it ends in another way. */
  done(timeoutMs?: number): Promise<void>;
  /** The independent judges agree. `source` is what rsync compares with when it is not the spec's. */
  proven(options?: OracleOptions & { readonly source?: string }): Promise<void>;
  /** Ends its processes. */
  stop(): Promise<void>;
  /** And removes its files. */
  close(): Promise<void>;
}

export interface StepOutcome {
  readonly counters: Readonly<Record<string, number>>;
}

export interface MigrationOptions {
  /** Merged over SPEC, one level deep. */
  readonly spec?: Partial<SpecInput> | ((root: string) => Partial<SpecInput>);
  /** Where the source is instead of <root>/source. */
  readonly sourcePath?: string;
  /** Before anything is started: both directories are there, and empty. */
  readonly prepare?: (trees: { readonly source: string; readonly destination: string }) => void;
  /** A server of its own, begun by `up()`, instead of the one that all tests share. */
  readonly ownServer?: boolean;
  /** Another server, or none. */
  readonly env?: Readonly<Record<string, string>>;
}

/** `longhaul up` in the foreground, and the Temporal server it started. */
export interface OwnServer {
  readonly program: Started;
  readonly pid: number;
  readonly address: string;
}

export function specOf(given: Partial<SpecInput>): Record<string, unknown> {
  const spec: Record<string, unknown> = { cutover: { approval: 'automatic' }, ...SPEC };
  for (const [key, value] of Object.entries(given)) {
    const base = spec[key];
    const both = isObject(base) && isObject(value);
    spec[key] = both ? { ...base, ...value } : value;
  }
  return spec;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export async function openMigration(options: MigrationOptions = {}): Promise<Migration> {
  const server =
    options.env ??
    (options.ownServer ? { XDG_CACHE_HOME: dirname(cacheFolder()) } : (await testServer()).env);
  const root = mkdtempSync(join(tmpdir(), 'longhaul-e2e-'));
  const source = options.sourcePath ?? join(root, 'source');
  const [destination, state] = [join(root, 'destination'), join(root, 'state')];
  for (const path of [source, destination]) mkdirSync(path, { recursive: true });
  options.prepare?.({ source, destination });
  const env = { ...server, XDG_STATE_HOME: join(root, 'xdg'), LONGHAUL_STATE: state };
  const paths = { source: { path: source }, destination: { path: destination } };
  const given = typeof options.spec === 'function' ? options.spec(root) : options.spec;
  const spec = { ...specOf({ ...paths, ...given }), stateDirectory: state };
  const specFile = join(root, 'spec.yaml');
  writeFileSync(specFile, JSON.stringify(spec)); // JSON is YAML
  const processes: Started[] = [];
  const temporal = lazyClient(server);
  const begin = (command: readonly string[], more: object = {}): Started => {
    const begun = start(command[0]!, command.slice(1), { env: { ...noServer, ...env, ...more } });
    processes.push(begun);
    return begun;
  };
  const run = (...args: readonly string[]): Promise<RunResult> => longhaul(args, { env });
  const migration: Migration = {
    name: NAME,
    root,
    source,
    destination,
    state,
    chunkDirectory: (chunk) => join(state, 'migrations', NAME, 'chunks', chunk),
    longhaul: run,
    async start() {
      const { exit, stderr } = await run('start', specFile);
      if (exit !== 0) throw new Error(`longhaul start ended with ${exit}:\n${stderr}`);
    },
    worker: (workerOptions = {}) => begin(commandOf(workerOptions), workerOptions.env),
    async up() {
      const program = begin([process.execPath, bin, 'up', '--json']);
      const said = await program.line(/"address"/);
      const { address, pid } = JSON.parse(said) as { address: string; pid: number };
      temporal.use({ TEMPORAL_ADDRESS: address });
      return { program, pid, address };
    },
    ledger(kind) {
      const lines = [...readLedger(join(state, 'migrations', NAME, 'ledger.jsonl'))];
      return lines.filter((line) => line.kind === kind) as never;
    },
    async progress() {
      const { workflow } = await temporal.client();
      const handle = workflow.getHandle(migrationId(NAME));
      return handle.query<MigrationProgress>('progress').catch(() => undefined);
    },
    async until(what, holds, timeoutMs = PATIENCE_MS) {
      let last: MigrationProgress | undefined;
      const look = async (): Promise<MigrationProgress | undefined> => {
        last = (await migration.progress()) ?? last;
        return last && holds(last) ? last : undefined;
      };
      return until(what, look, timeoutMs).catch((error: Error) => {
        const said = processes.map((one) => one.output()).join('\n--\n');
        throw new Error(`${error.message}; last: ${JSON.stringify(last)}\nworkers:\n${said}`);
      });
    },
    results: async (chunk, round) =>
      stepOutcomes(await eventsOf(await temporal.client(), chunk, round)),
    attempts: async (chunk, round) =>
      (await eventsOf(await temporal.client(), chunk, round)).flatMap(
        ({ activityTaskStartedEventAttributes: started }) => started?.attempt ?? [],
      ),
    async done(timeoutMs = 2 * PATIENCE_MS) {
      const { phase, rounds } = await migration.until(
        'it is over',
        (progress) => progress.phase === 'done' || progress.phase === 'aborted',
        timeoutMs,
      );
      if (phase !== 'done') throw new Error(`It is ${phase} after ${rounds.length} rounds`);
    },
    async proven({ source: from = source, ...oracle } = {}) {
      await proveLedger(run);
      expectSameTree(from, destination, oracle);
    },
    async stop() {
      await Promise.all(processes.map((one) => one.stop(2_000)));
      await temporal.close();
    },
    async close() {
      await migration.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return migration;
}

async function proveLedger(run: Migration['longhaul']): Promise<void> {
  const { exit, stdout, stderr } = await run('ledger', NAME, '--verify');
  if (exit !== 0)
    throw new Error(`longhaul ledger --verify ended with ${exit}:\n${stdout}${stderr}`);
}

function commandOf({ killAt, through = [] }: WorkerOptions): readonly string[] {
  const worker = [process.execPath, bin, 'worker'];
  if (killAt === undefined) return [...through, ...worker];
  const { call, nth, path } = killAt;
  // Only these calls are stopped at; a filter in the kernel lets all others pass.
  const trace = ['-f', '--seccomp-bpf', '-qqq', '-e', `trace=${call}`];
  const where = path === undefined ? [] : ['-P', path];
  const hold = ['-e', `inject=${call}:delay_enter=${HOLD_SECONDS}s:when=${nth}`];
  const killer = ['-o', `|exec '${process.execPath}' '${killAtProgram}' ${call} ${nth}`];
  // The traced process goes when strace does, so that nothing outlives the test.
  const child = [...through, 'setpriv', '--pdeathsig', 'SIGKILL', ...worker];
  return ['strace', ...trace, ...where, ...hold, ...killer, ...child];
}

/** Whatever server this machine's user works with is not the tests'. */
const noServer: NodeJS.ProcessEnv = {
  ...bareEnvironment,
  TEMPORAL_ADDRESS: undefined,
  TEMPORAL_NAMESPACE: undefined,
  TEMPORAL_PROFILE: undefined,
};

interface Temporal {
  use(env: Readonly<Record<string, string>>): void;
  client(): Promise<Client>;
  close(): Promise<void>;
}

/** Connected when it is first asked. */
function lazyClient(env: Readonly<Record<string, string>>): Temporal {
  let opened: Promise<{ connection: Connection; client: Client }> | undefined;
  const open = async (): Promise<{ connection: Connection; client: Client }> => {
    const connection = await Connection.connect({ address: env['TEMPORAL_ADDRESS']! });
    const namespace = env['TEMPORAL_NAMESPACE'] ?? 'default';
    return { connection, client: new Client({ connection, namespace }) };
  };
  const close = async (): Promise<void> => {
    await (await opened)?.connection.close();
    opened = undefined;
  };
  return {
    use(other) {
      void close();
      env = other;
    },
    client: async () => (await (opened ??= open())).client,
    close,
  };
}

type HistoryEvents = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>;

async function eventsOf(
  { workflow }: Client,
  chunk: string,
  round: number,
): Promise<HistoryEvents> {
  const query = `WorkflowId = '${chunkId(NAME, chunk)}' AND Round = ${round}`;
  for await (const { workflowId, runId } of workflow.list({ query })) {
    const { events } = await workflow.getHandle(workflowId, runId).fetchHistory();
    return events ?? [];
  }
  throw new Error(`The server knows no run of chunk ${chunk} in round ${round}`);
}

function stepOutcomes(events: HistoryEvents): Record<string, StepOutcome> {
  const names = new Map<string, string>();
  const outcomes: Record<string, StepOutcome> = {};
  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) names.set(String(event.eventId), scheduled.activityType?.name ?? '');
    const completed = event.activityTaskCompletedEventAttributes;
    const data = completed?.result?.payloads?.[0]?.data;
    const name = names.get(String(completed?.scheduledEventId));
    if (!data || name === undefined) continue;
    outcomes[name] = JSON.parse(Buffer.from(data).toString()) as StepOutcome;
  }
  return outcomes;
}
