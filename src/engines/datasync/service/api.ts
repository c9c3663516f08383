/** The DataSync calls of the engine, with small typed results. Every call throws LonghaulErrors. */
import * as ds from '@aws-sdk/client-datasync';
import type { AwsClients } from '../../../aws/clients.ts';
import { awsAnswer } from '../../../aws/failures.ts';
import { mountOf } from '../../../aws/locations.ts';
import type { EfsMount } from '../../../policy/provision/steps.ts';

export interface ListedAgent {
  readonly arn: string;
  readonly name: string | undefined;
  readonly online: boolean;
}

export interface TaskStatus {
  readonly arn: string;
  readonly status: string;
  readonly error: string | undefined;
}

export interface ListedExecution {
  readonly arn: string;
  readonly status: string;
}

export type ExecutionDescription = ds.DescribeTaskExecutionCommandOutput;
export type StartRequest = ds.StartTaskExecutionCommandInput;

const PAGE_SIZE = 100;

export class DataSyncApi {
  private readonly clients: AwsClients;

  constructor(clients: AwsClients) {
    this.clients = clients;
  }

  async agents(): Promise<readonly ListedAgent[]> {
    const pages = ds.paginateListAgents({ client: this.clients.datasync, pageSize: PAGE_SIZE }, {});
    const found = await collect('ListAgents', pages, ({ Agents }) => Agents);
    return found.map(({ AgentArn = '', Name, Status }) => ({
      arn: AgentArn,
      name: Name,
      online: Status === 'ONLINE',
    }));
  }

  /** Returns the ARNs of the locations with this URI. */
  async locations(uri: string): Promise<readonly string[]> {
    const Filters: ds.LocationFilter[] = [
      { Name: 'LocationUri', Values: [uri], Operator: 'Equals' },
    ];
    const pages = ds.paginateListLocations(
      { client: this.clients.datasync, pageSize: PAGE_SIZE },
      // A filter value allows fewer characters than a path.
      /^[0-9a-zA-Z_ \-:*.\\/?]{1,255}$/.test(uri) ? { Filters } : {},
    );
    const found = await collect('ListLocations', pages, ({ Locations }) => Locations);
    return found.filter(({ LocationUri }) => LocationUri === uri).map((l) => l.LocationArn ?? '');
  }

  async agentsOfLocation(arn: string): Promise<readonly string[]> {
    const { OnPremConfig } = await this.sendWithRetries(
      'DescribeLocationNfs',
      new ds.DescribeLocationNfsCommand({ LocationArn: arn }),
    );
    return OnPremConfig?.AgentArns ?? [];
  }

  async mountOfLocation(arn: string): Promise<EfsMount> {
    return mountOf(
      await this.sendWithRetries(
        'DescribeLocationEfs',
        new ds.DescribeLocationEfsCommand({ LocationArn: arn }),
      ),
    );
  }

  async createNfs(input: ds.CreateLocationNfsCommandInput): Promise<string> {
    return (await this.sendOnce('CreateLocationNfs', new ds.CreateLocationNfsCommand(input)))
      .LocationArn!;
  }

  async createEfs(input: ds.CreateLocationEfsCommandInput): Promise<string> {
    return (await this.sendOnce('CreateLocationEfs', new ds.CreateLocationEfsCommand(input)))
      .LocationArn!;
  }

  async deleteLocation(arn: string): Promise<void> {
    await this.sendWithRetries(
      'DeleteLocation',
      new ds.DeleteLocationCommand({ LocationArn: arn }),
    );
  }

  async tasks(): Promise<readonly { readonly arn: string; readonly name: string | undefined }[]> {
    const pages = ds.paginateListTasks({ client: this.clients.datasync, pageSize: PAGE_SIZE }, {});
    const found = await collect('ListTasks', pages, ({ Tasks }) => Tasks);
    return found.map(({ TaskArn = '', Name }) => ({ arn: TaskArn, name: Name }));
  }

  async task(arn: string): Promise<TaskStatus> {
    const {
      Status = '',
      ErrorCode,
      ErrorDetail,
    } = await this.sendWithRetries('DescribeTask', new ds.DescribeTaskCommand({ TaskArn: arn }));
    const error =
      ErrorCode === undefined && ErrorDetail === undefined
        ? undefined
        : `${ErrorCode ?? ''}: ${ErrorDetail ?? ''}`;
    return { arn, status: Status, error };
  }

  async createTask(input: ds.CreateTaskCommandInput): Promise<string> {
    return (await this.sendOnce('CreateTask', new ds.CreateTaskCommand(input))).TaskArn!;
  }

  async deleteTask(arn: string): Promise<void> {
    await this.sendWithRetries('DeleteTask', new ds.DeleteTaskCommand({ TaskArn: arn }));
  }

  /** Never retried: the caller looks for an execution with its tag before it sends again. */
  async start(input: StartRequest): Promise<string> {
    return (await this.sendOnce('StartTaskExecution', new ds.StartTaskExecutionCommand(input)))
      .TaskExecutionArn!;
  }

  /** Lists the executions of one task, or all in the region. */
  async executions(TaskArn?: string): Promise<readonly ListedExecution[]> {
    const pages = ds.paginateListTaskExecutions(
      { client: this.clients.datasync, pageSize: PAGE_SIZE },
      { TaskArn },
    );
    const found = await collect('ListTaskExecutions', pages, (page) => page.TaskExecutions);
    return found.map(({ TaskExecutionArn = '', Status = '' }) => ({
      arn: TaskExecutionArn,
      status: Status,
    }));
  }

  async execution(arn: string): Promise<ExecutionDescription> {
    return this.sendWithRetries(
      'DescribeTaskExecution',
      new ds.DescribeTaskExecutionCommand({ TaskExecutionArn: arn }),
    );
  }

  async cancel(arn: string): Promise<void> {
    await this.sendWithRetries(
      'CancelTaskExecution',
      new ds.CancelTaskExecutionCommand({ TaskExecutionArn: arn }),
    );
  }

  /** -1 means no limit. DataSync applies it within about a minute. */
  async setBandwidth(arn: string, bytesPerSecond: number): Promise<void> {
    const Options = { BytesPerSecond: bytesPerSecond };
    await this.sendWithRetries(
      'UpdateTaskExecution',
      new ds.UpdateTaskExecutionCommand({ TaskExecutionArn: arn, Options }),
    );
  }

  async tags(arn: string): Promise<ReadonlyMap<string, string>> {
    const pages = ds.paginateListTagsForResource(
      { client: this.clients.datasync, pageSize: PAGE_SIZE },
      { ResourceArn: arn },
    );
    const found = await collect('ListTagsForResource', pages, ({ Tags }) => Tags);
    return new Map(found.map(({ Key = '', Value = '' }) => [Key, Value]));
  }

  private sendWithRetries<I extends ds.ServiceInputTypes, O extends ds.ServiceOutputTypes>(
    call: string,
    command: Command<I, O>,
  ): Promise<O> {
    return send(this.clients.datasync, call, command);
  }

  private sendOnce<I extends ds.ServiceInputTypes, O extends ds.ServiceOutputTypes>(
    call: string,
    command: Command<I, O>,
  ): Promise<O> {
    return send(this.clients.datasyncOnce, call, command);
  }
}

type Command<I extends ds.ServiceInputTypes, O extends ds.ServiceOutputTypes> = Parameters<
  typeof ds.DataSyncClient.prototype.send<I, O>
>[0];

async function send<I extends ds.ServiceInputTypes, O extends ds.ServiceOutputTypes>(
  client: ds.DataSyncClient,
  call: string,
  command: Command<I, O>,
): Promise<O> {
  try {
    return await client.send(command);
  } catch (error) {
    throw awsAnswer(call, error);
  }
}

async function collect<P, T>(
  call: string,
  pages: AsyncIterable<P>,
  items: (page: P) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const all: T[] = [];
  try {
    for await (const page of pages) all.push(...(items(page) ?? []));
  } catch (error) {
    throw awsAnswer(call, error);
  }
  return all;
}
