/**
 * What goes, in which order: tasks, then their locations. Only what carries the tag of the migration;
 * the file system with its ways in goes only when it is named, because it is where the data is now.
 */
import {
  later,
  refused,
  there,
  toDo,
  waiting,
  type Found,
  type FoundFileSystem,
  type Step,
} from './steps.ts';

export interface TeardownOptions {
  /** The id of the file system, typed by a person: it goes too. */
  readonly fileSystem?: string | undefined;
}

export function planTeardown(found: Found, { fileSystem }: TeardownOptions): readonly Step[] {
  const tasks = found.tasks.filter(({ ours }) => ours).map(taskStep);
  const locations = found.locations
    .filter(({ ours }) => ours)
    .map(({ arn, uri }) => {
      const what = `location ${uri}`;
      if (tasks.length > 0) return later(what, 'after the tasks');
      return toDo(what, 'this migration made it', { do: 'delete location', arn });
    });
  const before = [...tasks, ...locations];
  return [...before, ...fileSystemSteps(found, fileSystem, before.length > 0)];
}

function taskStep({ arn, name = arn, status }: Found['tasks'][number]): Step {
  const what = `task ${name}`;
  if (status === 'RUNNING' || status === 'QUEUED') {
    const fix = 'End the migration first: longhaul abort NAME.';
    return refused(what, `it is ${status}`, fix);
  }
  return toDo(what, 'this migration made it', { do: 'delete task', arn });
}

function fileSystemSteps(found: Found, named: string | undefined, busy: boolean): Step[] {
  const { fileSystem } = found;
  const what = 'file system';
  if (fileSystem === undefined) {
    return named === undefined ? [] : [there(what, `${named} is not there any more`)];
  }
  if (named === undefined) return [there(what, `${fileSystem.id} stays: nobody named it`)];
  const problem = problemOf(fileSystem, named);
  if (problem !== undefined) return [problem];
  if (busy) return [later(what, 'after the locations')];
  return removal(found, fileSystem);
}

function problemOf({ id, ours, state }: FoundFileSystem, named: string): Step | undefined {
  const what = 'file system';
  if (named !== id) {
    return refused(what, `it is ${id}, not ${named}`, 'Name the one of this migration.');
  }
  if (!ours) {
    const fix = 'Delete it yourself if you mean it.';
    return refused(what, `${id} was not made by this migration`, fix);
  }
  return state === 'deleting' ? waiting(what, `${id} is being deleted`) : undefined;
}

function removal({ mountTargets, accessPoint }: Found, { id }: FoundFileSystem): Step[] {
  const points = accessPoint === undefined || accessPoint.state === 'deleting' ? [] : [accessPoint];
  const open = [
    ...points.map(({ id: point }) =>
      toDo(`access point ${point}`, 'of the file system', { do: 'delete access point', id: point }),
    ),
    ...mountTargets.map(({ id: target, state }) =>
      state === 'deleting'
        ? waiting(`mount target ${target}`, 'it is being deleted')
        : toDo(`mount target ${target}`, 'of the file system', {
            do: 'delete mount target',
            id: target,
          }),
    ),
  ];
  if (open.length > 0) return [...open, later('file system', 'after its mount targets')];
  return [toDo('file system', `${id} was named`, { do: 'delete file system', id })];
}
