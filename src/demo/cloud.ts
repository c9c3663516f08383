/** The AWS of the demo: `longhaul sandbox` as a process, and queries to it through the SDK. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeFileSystemsCommand } from '@aws-sdk/client-efs';
import { createAwsClients, type AwsClients } from '../aws/clients.ts';
import { ATTEMPT_TAG, CHUNK_TAG } from '../aws/names.ts';
import { DataSyncApi, type ExecutionDescription } from '../engines/datasync/service/api.ts';
import { LonghaulError } from '../errors/failure.ts';
import { killed, startOwn } from './child.ts';
import { AGENTS, ACCOUNT, EXPORT, REGION, TIME_SCALE, type CloudPlaces } from './cloud-paper.ts';
import { interrupted, type Narrator } from './narrator.ts';
import type { Cleanup } from './cleanup.ts';

export interface Execution {
  readonly arn: string;
  /** 'exec-…', as shown to users. */
  readonly id: string;
  readonly attempt: string | undefined;
  readonly chunk: string | undefined;
  readonly described: ExecutionDescription;
}

export interface Cloud {
  readonly endpoint: string;
  readonly clients: AwsClients;
  /** Returns the sandbox's messages about faults since the last call. */
  news(): readonly string[];
  /** Returns true when a fault whose message matches has taken effect. */
  struck(pattern: RegExp): boolean;
  /** Returns all executions in the order of their start. */
  executions(): Promise<readonly Execution[]>;
  /** Returns the names of offline agents. */
  offlineAgents(): Promise<readonly string[]>;
  /** Returns the directory behind the migration's file system. */
  fileSystem(): Promise<string>;
}

const COMES_UP_WITHIN_MS = 30_000;

export async function openCloud(
  places: CloudPlaces,
  narrator: Narrator,
  cleanup: Cleanup,
): Promise<Cloud> {
  const args = [
    ...['--root', places.cloud, '--exports', `${EXPORT.server}:${EXPORT.path}=${places.source}`],
    ...AGENTS.flatMap((agent) => ['--agent', agent]),
    ...['--faults', places.faults, '--time-scale', String(TIME_SCALE), '--account', ACCOUNT],
  ];
  narrator.typed(`longhaul sandbox ${args.join(' ')} > ${places.environment} &`);
  const sandbox = startOwn('cli/main.js', ['sandbox', ...args], {
    log: places.sandboxLog,
    stdout: places.environment,
    // Like an NFS server with root_squash: file permissions apply to the agents too.
    likeOthers: true,
  });
  cleanup.add(() => killed(sandbox));
  narrator.typed(`. ${places.environment}`);
  const environment = await environmentOf(places, narrator, sandbox.ended);
  Object.assign(process.env, environment, { AWS_EC2_METADATA_DISABLED: 'true' });
  const clients = createAwsClients({ region: REGION, endpoints: {} });
  cleanup.add(() => Promise.resolve(clients.dispose()));
  return lookInto(places, clients, environment['AWS_ENDPOINT_URL'] ?? '');
}

/** Reads the environment variables that the sandbox prints when it is ready. */
async function environmentOf(
  { environment, sandboxLog }: CloudPlaces,
  { terminal: { signal } }: Narrator,
  ended: Promise<unknown>,
): Promise<Record<string, string>> {
  let over = false;
  void ended.then(() => (over = true));
  for (const until = performance.now() + COMES_UP_WITHIN_MS; performance.now() < until;) {
    if (signal.aborted) throw interrupted();
    const lines = readFileSync(environment, 'utf8').split('\n').slice(0, -1);
    if (lines.some((line) => line.includes('AWS_SECRET_ACCESS_KEY')))
      return Object.fromEntries(lines.map((line) => pair(line.replace('export ', ''))));
    if (over) break;
    await sleep(50);
  }
  const said = readFileSync(sandboxLog, 'utf8').trim();
  throw new LonghaulError('BUG', `The sandbox did not come up: ${said}`);
}

function pair(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

/** Queries the sandbox through its public endpoint. */
export function lookInto(
  { cloud, sandboxLog }: CloudPlaces,
  clients: AwsClients,
  endpoint: string,
): Cloud {
  const api = new DataSyncApi(clients);
  const faults = (): string[] =>
    readFileSync(sandboxLog, 'utf8')
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('fault: '));
  let told = 0;
  return {
    endpoint,
    clients,
    news: () => {
      const fresh = faults().slice(told);
      told += fresh.length;
      return fresh.map((line) => `sandbox   ${line}`);
    },
    struck: (pattern) => faults().some((line) => pattern.test(line)),
    executions: async () => {
      const all = await api.executions();
      return Promise.all(all.map(({ arn }) => executionOf(api, arn)));
    },
    offlineAgents: async () =>
      (await api.agents()).filter(({ online }) => !online).map(({ name = '' }) => name),
    fileSystem: async () => {
      const { FileSystems } = await clients.efs.send(new DescribeFileSystemsCommand({}));
      return join(cloud, 'efs', FileSystems?.[0]?.FileSystemId ?? '');
    },
  };
}

async function executionOf(api: DataSyncApi, arn: string): Promise<Execution> {
  const [described, tags] = await Promise.all([api.execution(arn), api.tags(arn)]);
  const id = arn.split('/').at(-1) ?? arn;
  return { arn, id, described, attempt: tags.get(ATTEMPT_TAG), chunk: tags.get(CHUNK_TAG) };
}
