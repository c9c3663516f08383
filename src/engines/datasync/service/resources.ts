/**
 * The locations and tasks that executions run on: found by URI or name, or made. Every call that makes
 * something is sent once, after a look; after a reply that was lost it is looked again.
 */
import { DescribeFileSystemsCommand, type EFSClient } from '@aws-sdk/client-efs';
import { join } from 'node:path';
import { bucketArn } from '../../../policy/iam/arns.ts';
import { placeOf } from '../../../aws/iam-facts.ts';
import { efsLocation, efsUri, mountOf, nfsLocation, nfsUri } from '../../../aws/locations.ts';
import {
  chunkTaskName,
  CHUNK_TAG,
  fileSystemToken,
  MIGRATION_TAG,
  poolTaskName,
} from '../../../aws/names.ts';
import { awsAnswer } from '../../../aws/failures.ts';
import { throughMadeAccessPoint } from '../../../aws/provision/made-access-point.ts';
import { taskRequest } from '../../../aws/tasks.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { writeJsonAtomic } from '../../../state/atomic-file.ts';
import { tryLock } from '../../../state/flock.ts';
import { judgeSignal } from '../../../policy/datasync/failures.ts';
import { chooseLayout, type LayoutAnswer } from '../../../policy/datasync/layout.ts';
import { mountsAlike } from '../../../policy/provision/steps.ts';
import type { AgentBoard } from './agents.ts';
import { isAmbiguous, isNotFound } from './api-errors.ts';
import type { DataSyncApi, StartRequest } from './api.ts';
import type { DataSyncSpec } from '../../../spec/kinds.ts';
import type { DataSyncEngineOptions } from './options.ts';
import { readKnown, type Known } from './known-resources.ts';
import type { Time } from './time.ts';

/** How long a request may be under way after its reply was lost. */
const SETTLE_MS = 5_000;
/** A new task comes up within minutes, and may be UNAVAILABLE on the way. */
const TASK_COMES_UP_MS = 15 * 60_000;
const LOCK_RETRY_MS = 1_000;

export interface ResourceParts {
  readonly options: DataSyncEngineOptions;
  readonly api: DataSyncApi;
  readonly agents: AgentBoard;
}

export class Resources {
  private readonly options: DataSyncEngineOptions;
  private readonly api: DataSyncApi;
  private readonly agents: AgentBoard;
  private readonly path: string;
  private turn: Promise<unknown> = Promise.resolve();
  private fileSystem: string | undefined;
  private through: DataSyncSpec | undefined;

  constructor({ options, api, agents }: ResourceParts) {
    this.options = options;
    this.api = api;
    this.agents = agents;
    this.path = join(options.directory, 'datasync-resources.json');
  }

  /** Undefined before it is chosen. */
  knownLayout(): LayoutAnswer['layout'] | undefined {
    return this.known().layout?.layout;
  }

  /** Chosen once for a migration, and kept. */
  layout(): Promise<LayoutAnswer> {
    return this.alone(async () => {
      const known = this.known();
      if (known.layout !== undefined) return known.layout;
      const { spec, chunkCount } = this.options;
      const tasks = await this.api.tasks();
      const layout = chooseLayout({
        asked: spec.aws.layout,
        chunks: chunkCount(),
        agents: spec.source.agents.length,
        taskQuota: spec.aws.taskQuota,
        otherTasks: tasks.filter(({ name }) => name?.startsWith(`longhaul/${spec.name}/`) !== true)
          .length,
      });
      writeJsonAtomic(this.path, { ...this.known(), layout });
      return layout;
    });
  }

  /** The ARN of the task a chunk runs on in a lane; AVAILABLE. */
  async task(lane: number, chunk: string, signal: AbortSignal): Promise<string> {
    const { name } = this.options.spec;
    const { layout } = await this.layout();
    const own = layout === 'task-per-chunk';
    const taskName = own ? chunkTaskName(name, lane, chunk) : poolTaskName(name, lane);
    const tags = own ? { [CHUNK_TAG]: chunk } : {};
    return this.available({ taskName, below: '', lane, tags }, signal);
  }

  /** The task of locations that hold nothing but one directory. */
  mirroredTask(lane: number, chunk: string, below: string, signal: AbortSignal): Promise<string> {
    const { name } = this.options.spec;
    const taskName = mirroredName(name, lane, chunk);
    return this.available({ taskName, below, lane, tags: { [CHUNK_TAG]: chunk } }, signal);
  }

  /** Takes mirrored tasks and their locations away, in whatever lanes they are. May be called again. */
  async removeMirrored(chunk: string, below: string): Promise<void> {
    const { name } = this.options.spec;
    const task = (arn: string): Promise<void> => this.api.deleteTask(arn);
    const location = (arn: string): Promise<void> => this.api.deleteLocation(arn);
    const agents = await this.agents.lanes();
    const keys = [
      ...agents.map(({ lane }) => [`task ${mirroredName(name, lane, chunk)}`, task] as const),
      ...agents.map(({ arn }) => [`nfs ${arn} ${below}`, location] as const),
      [`efs ${below}`, location] as const,
    ];
    for (const [key, remove] of keys) {
      const arn = this.known().arns[key];
      if (arn === undefined) continue;
      await remove(arn).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
      this.forget(key);
    }
  }

  private async available(wanted: WantedTask, signal: AbortSignal): Promise<string> {
    const { taskName, lane } = wanted;
    const arn = await this.alone(() => this.findOrMakeTask(wanted));
    const { time } = this.options;
    const until = time.now() + TASK_COMES_UP_MS;
    for (;;) {
      const seen = await this.api
        .task(arn)
        .catch((error: unknown) => this.taskIsGone(`task ${taskName}`, error));
      if (seen.status === 'AVAILABLE' || seen.status === 'RUNNING' || seen.status === 'QUEUED')
        return arn;
      await this.agents.requireOnline([lane]);
      if (time.now() >= until) throw notAvailable(taskName, seen.status, seen.error);
      await time.sleep(this.options.spec.aws.pollInterval, signal);
    }
  }

  /** Somebody deleted it: it is looked for, or made, at the next try. */
  private taskIsGone(key: string, error: unknown): never {
    if (!isNotFound(error)) throw error;
    this.forget(key);
    throw new LonghaulError('BUSY', `${key} is gone; it is made again`, { cause: error });
  }

  private findOrMakeTask({ taskName, below, lane, tags }: WantedTask): Promise<string> {
    const { spec } = this.options;
    return this.findOrMake(`task ${taskName}`, {
      find: async () => (await this.api.tasks()).find(({ name }) => name === taskName)?.arn,
      make: async () =>
        this.api.createTask(
          taskRequest(spec, {
            name: taskName,
            source: await this.nfs(lane, below),
            destination: await this.efs(below),
            tags,
          }),
        ),
    });
  }

  private async nfs(lane: number, below: string): Promise<string> {
    const { spec } = this.options;
    const { arn: agent } = await this.agents.lane(lane);
    return this.findOrMake(`nfs ${agent} ${below}`, {
      find: () =>
        this.ours(nfsUri(spec, below), async (arn) => {
          const agents = await this.api.agentsOfLocation(arn);
          return agents.length === 1 && agents[0] === agent;
        }),
      make: () => this.api.createNfs(nfsLocation(spec, agent, below)),
    });
  }

  private async efs(below: string): Promise<string> {
    const { clients } = this.options;
    const fileSystem = (this.fileSystem ??=
      this.options.spec.destination.fileSystem ??
      (await findFileSystem(clients.efs, this.options.spec.name)));
    const spec = (this.through ??= await this.throughAccessPoint(fileSystem));
    const wanted = efsLocation(spec, fileSystem, below);
    return this.findOrMake(`efs ${below}`, {
      find: () =>
        this.ours(efsUri(spec, fileSystem, below), async (arn) =>
          mountsAlike(await this.api.mountOfLocation(arn), mountOf(wanted)),
        ),
      make: () => this.api.createEfs(wanted),
    });
  }

  private async throughAccessPoint(fileSystem: string): Promise<DataSyncSpec> {
    try {
      return await throughMadeAccessPoint(this.options.clients.efs, this.options.spec, fileSystem);
    } catch (error) {
      throw awsAnswer('DescribeAccessPoints', error);
    }
  }

  /** Only locations of this migration: others may be deleted by whoever made them. */
  private async ours(
    uri: string,
    fits: (arn: string) => Promise<boolean>,
  ): Promise<string | undefined> {
    for (const arn of await this.api.locations(uri)) {
      const tags = await this.api.tags(arn);
      if (tags.get(MIGRATION_TAG) === this.options.spec.name && (await fits(arn))) return arn;
    }
    return undefined;
  }

  private async findOrMake(key: string, how: FindOrMake): Promise<string> {
    const before = this.known().arns[key];
    if (before !== undefined) return before;
    const arn = await findOrMake(how, this.options.time);
    const known = this.known();
    writeJsonAtomic(this.path, { ...known, arns: { ...known.arns, [key]: arn } });
    return arn;
  }

  private forget(key: string): void {
    const known = this.known();
    const arns = Object.fromEntries(Object.entries(known.arns).filter(([name]) => name !== key));
    writeJsonAtomic(this.path, { ...known, arns });
  }

  private known(): Known {
    return readKnown(this.path);
  }

  /** One at a time, in this process and among all workers. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(async () => {
      const release = await this.lock();
      try {
        return await work();
      } finally {
        release();
      }
    });
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async lock(): Promise<() => void> {
    for (;;) {
      const release = tryLock(join(this.options.directory, 'datasync-resources.lock'));
      if (release !== undefined) return release;
      await this.options.time.sleep(LOCK_RETRY_MS);
    }
  }
}

const mirroredName = (migration: string, lane: number, chunk: string): string =>
  `${chunkTaskName(migration, lane, chunk)}/remove`;

interface WantedTask {
  readonly taskName: string;
  /** The directory its locations hold; '' for the whole tree. */
  readonly below: string;
  readonly lane: number;
  readonly tags: Readonly<Record<string, string>>;
}

interface FindOrMake {
  readonly find: () => Promise<string | undefined>;
  readonly make: () => Promise<string>;
}

async function findOrMake({ find, make }: FindOrMake, time: Time): Promise<string> {
  const found = await find();
  if (found !== undefined) return found;
  try {
    return await make();
  } catch (error) {
    if (!isAmbiguous(error)) throw error;
    await time.sleep(SETTLE_MS);
    const made = await find();
    if (made === undefined) throw error;
    return made;
  }
}

async function findFileSystem(efs: EFSClient, migration: string): Promise<string> {
  try {
    const { FileSystems } = await efs.send(
      new DescribeFileSystemsCommand({ CreationToken: fileSystemToken(migration) }),
    );
    const id = FileSystems?.[0]?.FileSystemId;
    if (id !== undefined) return id;
  } catch (error) {
    throw awsAnswer('DescribeFileSystems', error);
  }
  throw new LonghaulError('AWS_REFUSED', `The file system of ${migration} is not there yet`, {
    hint: 'Make it: longhaul provision SPEC --apply. Then: longhaul retry NAME.',
  });
}

function notAvailable(name: string, status: string, error: string | undefined): LonghaulError {
  const verdict = judgeSignal(error ?? '');
  const code = verdict.kind === 'unknown' ? 'AWS_REFUSED' : (verdict.code ?? 'AWS_REFUSED');
  const said = error === undefined ? '' : `: ${error}`;
  return new LonghaulError(
    code,
    `The task ${name} is ${status}${said}`,
    verdict.fix === undefined ? {} : { hint: verdict.fix },
  );
}

type ReportConfig = NonNullable<StartRequest['TaskReportConfig']>;

/** Where reports and manifests are, for the requests that name them. */
export function reportConfig({ spec }: DataSyncEngineOptions): ReportConfig {
  const { bucket, writeRole } = spec.aws.reports;
  return {
    Destination: {
      S3: {
        S3BucketArn: bucketArn(placeOf(spec.aws), bucket),
        Subdirectory: reportPrefix(spec),
        BucketAccessRoleArn: writeRole,
      },
    },
    OutputType: 'STANDARD',
    ReportLevel: 'SUCCESSES_AND_ERRORS',
  } as const;
}

export function reportPrefix({ name, aws }: DataSyncSpec): string {
  return `${aws.reports.prefix}/${name}`;
}
