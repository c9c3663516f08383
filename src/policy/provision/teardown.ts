/**
 * Plans a teardown: tasks first, then their locations; only resources with the tag of the migration. The
 * file system, which holds the migrated data, is deleted only when the operator names it.
 */
import {
  later,
  refused,
  there,
  toDo,
  waiting,
  type FoundFileSystem,
  type FoundResources,
  type FoundTask,
  type ProvisionStep,
} from './steps.ts';

export interface TeardownOptions {
  /** Id of the file system to delete as well, as typed by the operator. */
  readonly fileSystem?: string | undefined;
}

export function planTeardown(
  found: FoundResources,
  { fileSystem }: TeardownOptions,
): readonly ProvisionStep[] {
  const tasks = found.tasks.filter(({ ours }) => ours).map(taskStep);
  const locations = found.locations
    .filter(({ ours }) => ours)
    .map(({ arn, uri }) => {
      const what = `location ${uri}`;
      if (tasks.length > 0) return later(what, 'after the tasks');
      return toDo(what, 'created by this migration', { do: 'delete location', arn });
    });
  const before = [...tasks, ...locations];
  return [...before, ...fileSystemSteps(found, fileSystem, before.length > 0)];
}

function taskStep({ arn, name = arn, status }: FoundTask): ProvisionStep {
  const what = `task ${name}`;
  if (status === 'RUNNING' || status === 'QUEUED') {
    const fix = 'End the migration first: longhaul abort NAME.';
    return refused(what, `it is ${status}`, fix);
  }
  return toDo(what, 'created by this migration', { do: 'delete task', arn });
}

function fileSystemSteps(
  found: FoundResources,
  named: string | undefined,
  busy: boolean,
): ProvisionStep[] {
  const { fileSystem } = found;
  const what = 'file system';
  if (fileSystem === undefined) {
    return named === undefined ? [] : [there(what, `${named} no longer exists`)];
  }
  if (named === undefined)
    return [there(what, `${fileSystem.id} is kept: the command did not name it`)];
  const problem = problemOf(fileSystem, named);
  if (problem !== undefined) return [problem];
  if (busy) return [later(what, 'after the locations')];
  return removal(found, fileSystem);
}

function problemOf({ id, ours, state }: FoundFileSystem, named: string): ProvisionStep | undefined {
  const what = 'file system';
  if (named !== id) {
    return refused(what, `it is ${id}, not ${named}`, 'Name the file system of this migration.');
  }
  if (!ours) {
    const fix = 'To delete it, use the AWS console or CLI.';
    return refused(what, `${id} was not created by this migration`, fix);
  }
  return state === 'deleting' ? waiting(what, `${id} is being deleted`) : undefined;
}

function removal(
  { mountTargets, accessPoint }: FoundResources,
  { id }: FoundFileSystem,
): ProvisionStep[] {
  const points = accessPoint === undefined || accessPoint.state === 'deleting' ? [] : [accessPoint];
  const open = [
    ...points.map(({ id: point }) =>
      toDo(`access point ${point}`, 'belongs to the file system', {
        do: 'delete access point',
        id: point,
      }),
    ),
    ...mountTargets.map(({ id: target, state }) =>
      state === 'deleting'
        ? waiting(`mount target ${target}`, 'it is being deleted')
        : toDo(`mount target ${target}`, 'belongs to the file system', {
            do: 'delete mount target',
            id: target,
          }),
    ),
  ];
  if (open.length > 0) return [...open, later('file system', 'after its mount targets')];
  return [toDo('file system', `${id} was named by the command`, { do: 'delete file system', id })];
}
