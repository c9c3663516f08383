/** The calls to DataSync that the engine makes, in the engine's words. All throw LonghaulErrors. */
import * as ds from '@aws-sdk/client-datasync';
import type { AwsClients } from '../../../aws/clients.ts';
import { awsAnswer } from '../../../aws/failures.ts';
import { mountOf } from '../../../aws/locations.ts';
import type { EfsMount } from '../../../policy/provision/steps.ts';

export interface AgentSeen {
  readonly arn: string;
  readonly name: string | undefined;
  readonly online: boolean;
}

export interface TaskSeen {
  readonly arn: string;
  readonly status: string;
  readonly error: string | undefined;
}

export interface ExecutionSeen {
  readonly arn: string;
  readonly status: string;
}

export type Described = ds.DescribeTaskExecutionCommandOutput;
export type StartRequest = ds.StartTaskExecutionCommandInput;

const PAGE = 100;

export class DataSyncApi {
  private readonly clients: AwsClients;

  constructor(clients: AwsClients) {
    this.clients = clients;
  }

  async agents(): Promise<readonly AgentSeen[]> {
    const pages = ds.paginateListAgents({ client: this.clients.datasync, pageSize: PAGE }, {});
    const found = await collect('ListAgents', pages, ({ Agents }) => Agents);
    return found.map(({ AgentArn = '', Name, Status }) => ({
      arn: AgentArn,
      name: Name,
      online: Status === 'ONLINE',
    }));
  }

  /** ARNs of the locations at a URI. */
  async locations(uri: string): Promise<readonly string[]> {
    const Filters: ds.LocationFilter[] = [
      { Name: 'LocationUri', Values: [uri], Operator: 'Equals' },
    ];
    const pages = ds.paginateListLocations(
      { client: this.clients.datasync, pageSize: PAGE },
      // The charset of a filter's value is narrower than that of a path.
      /^[0-9a-zA-Z_ \-:*.\\/?]{1,255}$/.test(uri) ? { Filters } : {},
    );
    const found = await collect('ListLocations', pages, ({ Locations }) => Locations);
    return found.filter(({ LocationUri }) => LocationUri === uri).map((l) => l.LocationArn ?? '');
  }

  async agentsOfLocation(arn: string): Promise<readonly string[]> {
    const { OnPremConfig } = await this.again(
      'DescribeLocationNfs',
      new ds.DescribeLocationNfsCommand({ LocationArn: arn }),
    );
    return OnPremConfig?.AgentArns ?? [];
  }

  async mountOfLocation(arn: string): Promise<EfsMount> {
    return mountOf(
      await this.again(
        'DescribeLocationEfs',
        new ds.DescribeLocationEfsCommand({ LocationArn: arn }),
      ),
    );
  }

  async createNfs(input: ds.CreateLocationNfsCommandInput): Promise<string> {
    return (await this.once('CreateLocationNfs', new ds.CreateLocationNfsCommand(input)))
      .LocationArn!;
  }

  async createEfs(input: ds.CreateLocationEfsCommandInput): Promise<string> {
    return (await this.once('CreateLocationEfs', new ds.CreateLocationEfsCommand(input)))
      .LocationArn!;
  }

  async deleteLocation(arn: string): Promise<void> {
    await this.again('DeleteLocation', new ds.DeleteLocationCommand({ LocationArn: arn }));
  }

  async tasks(): Promise<readonly { readonly arn: string; readonly name: string | undefined }[]> {
    const pages = ds.paginateListTasks({ client: this.clients.datasync, pageSize: PAGE }, {});
    const found = await collect('ListTasks', pages, ({ Tasks }) => Tasks);
    return found.map(({ TaskArn = '', Name }) => ({ arn: TaskArn, name: Name }));
  }

  async task(arn: string): Promise<TaskSeen> {
    const {
      Status = '',
      ErrorCode,
      ErrorDetail,
    } = await this.again('DescribeTask', new ds.DescribeTaskCommand({ TaskArn: arn }));
    const error =
      ErrorCode === undefined && ErrorDetail === undefined
        ? undefined
        : `${ErrorCode ?? ''}: ${ErrorDetail ?? ''}`;
    return { arn, status: Status, error };
  }

  async createTask(input: ds.CreateTaskCommandInput): Promise<string> {
    return (await this.once('CreateTask', new ds.CreateTaskCommand(input))).TaskArn!;
  }

  async deleteTask(arn: string): Promise<void> {
    await this.again('DeleteTask', new ds.DeleteTaskCommand({ TaskArn: arn }));
  }

  /** Sent once: the caller looks before it sends again. */
  async start(input: StartRequest): Promise<string> {
    return (await this.once('StartTaskExecution', new ds.StartTaskExecutionCommand(input)))
      .TaskExecutionArn!;
  }

  /** Of one task, or all there are. */
  async executions(TaskArn?: string): Promise<readonly ExecutionSeen[]> {
    const pages = ds.paginateListTaskExecutions(
      { client: this.clients.datasync, pageSize: PAGE },
      { TaskArn },
    );
    const found = await collect('ListTaskExecutions', pages, (page) => page.TaskExecutions);
    return found.map(({ TaskExecutionArn = '', Status = '' }) => ({
      arn: TaskExecutionArn,
      status: Status,
    }));
  }

  async execution(arn: string): Promise<Described> {
    return this.again(
      'DescribeTaskExecution',
      new ds.DescribeTaskExecutionCommand({ TaskExecutionArn: arn }),
    );
  }

  async cancel(arn: string): Promise<void> {
    await this.again(
      'CancelTaskExecution',
      new ds.CancelTaskExecutionCommand({ TaskExecutionArn: arn }),
    );
  }

  /** -1: no limit. Takes effect within about a minute. */
  async setBandwidth(arn: string, bytesPerSecond: number): Promise<void> {
    const Options = { BytesPerSecond: bytesPerSecond };
    await this.again(
      'UpdateTaskExecution',
      new ds.UpdateTaskExecutionCommand({ TaskExecutionArn: arn, Options }),
    );
  }

  async tags(arn: string): Promise<ReadonlyMap<string, string>> {
    const pages = ds.paginateListTagsForResource(
      { client: this.clients.datasync, pageSize: PAGE },
      { ResourceArn: arn },
    );
    const found = await collect('ListTagsForResource', pages, ({ Tags }) => Tags);
    return new Map(found.map(({ Key = '', Value = '' }) => [Key, Value]));
  }

  private again<I extends ds.ServiceInputTypes, O extends ds.ServiceOutputTypes>(
    call: string,
    command: Command<I, O>,
  ): Promise<O> {
    return send(this.clients.datasync, call, command);
  }

  private once<I extends ds.ServiceInputTypes, O extends ds.ServiceOutputTypes>(
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
