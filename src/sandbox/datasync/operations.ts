/** The operations of DataSync that the sandbox implements. All others are rejected by name. */
import * as agents from './agents.ts';
import * as executions from './executions.ts';
import * as locations from './locations.ts';
import * as tags from './tags.ts';
import * as tasks from './tasks.ts';
import type { World } from '../world/datasync.ts';

type Fields = Record<string, unknown>;
type Handler = (world: World, request: never) => unknown;

const LOCATION_KINDS = [
  ['Nfs', 'nfs'],
  ['Efs', 'efs'],
  ['S3', 's3'],
] as const;

function locationOperations(): Record<string, Handler> {
  const all: Record<string, Handler> = {};
  for (const [suffix, kind] of LOCATION_KINDS) {
    all[`CreateLocation${suffix}`] = (world, request: Fields) =>
      locations.createLocation(world, kind, request);
    all[`UpdateLocation${suffix}`] = (world, request: Fields) =>
      locations.updateLocation(world, kind, request);
    all[`DescribeLocation${suffix}`] = (world, request: { LocationArn: string }) =>
      locations.describeLocation(world, kind, request.LocationArn);
  }
  return all;
}

export const OPERATIONS: Readonly<Record<string, Handler>> = {
  ...locationOperations(),
  CreateAgent: agents.createAgent,
  DescribeAgent: agents.describeAgent,
  ListAgents: agents.listAgents,
  UpdateAgent: agents.updateAgent,
  DeleteAgent: agents.deleteAgent,
  ListLocations: locations.listLocations,
  DeleteLocation: locations.deleteLocation,
  CreateTask: tasks.createTask,
  DescribeTask: tasks.describeTask,
  UpdateTask: tasks.updateTask,
  ListTasks: tasks.listTasks,
  DeleteTask: tasks.deleteTask,
  StartTaskExecution: executions.startTaskExecution,
  DescribeTaskExecution: executions.describeTaskExecution,
  UpdateTaskExecution: executions.updateTaskExecution,
  CancelTaskExecution: executions.cancelTaskExecution,
  ListTaskExecutions: executions.listTaskExecutions,
  TagResource: tags.tagResource,
  UntagResource: tags.untagResource,
  ListTagsForResource: tags.listTags,
};
