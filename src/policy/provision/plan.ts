/**
 * From what is wanted and what is there to the steps in between. Looked at anew after each step, so
 * that a run that is cut anywhere goes on where it stopped: what exists is taken over, by token, tag,
 * name or URI.
 */
import { fileSystemSteps } from './file-system.ts';
import {
  later,
  mountsAlike,
  refused,
  there,
  toDo,
  waiting,
  type Desired,
  type DesiredLane,
  type Found,
  type FoundAgent,
  type FoundLocation,
  type FoundTask,
  type Step,
} from './steps.ts';

export function planProvision(desired: Desired, found: Found): readonly Step[] {
  const agents = desired.lanes.map((lane) => agentStep(lane, found.agents));
  const fileSystem = fileSystemSteps(desired, found);
  const ready = fileSystem[0]?.state === 'there' ? found.fileSystem?.id : undefined;
  const access = accessSteps(desired, found, ready);
  const accessReady = access.every(({ state }) => state === 'there');
  return [
    ...agents,
    ...fileSystem,
    ...access,
    ...locationSteps(desired, found, accessReady ? ready : undefined),
    ...(desired.makeTasks ? desired.lanes.map((lane, i) => taskStep(desired, found, lane, i)) : []),
  ];
}

/** The first thing to do; none while something has to be waited for, or when all is there. */
export function nextStep(steps: readonly Step[]): Step | undefined {
  return steps.find(({ state }) => state === 'to do');
}

export function findAgent(agent: string, agents: readonly FoundAgent[]): FoundAgent | undefined {
  return agents.find(({ arn, name }) => arn === agent || name === agent);
}

function agentStep({ agent }: DesiredLane, agents: readonly FoundAgent[]): Step {
  const what = `agent ${agent}`;
  const found = findAgent(agent, agents);
  if (found === undefined) {
    const fix = 'Activate it (docs/datasync.md shows how), or correct source.agents in the spec.';
    return refused(what, 'there is none of this name or ARN in this account and region', fix);
  }
  if (found.status !== 'ONLINE') return waiting(what, `it is ${found.status ?? 'not heard of'}`);
  return there(what, 'ONLINE');
}

function accessSteps(desired: Desired, found: Found, fileSystem: string | undefined): Step[] {
  const targets = desired.subnets.map((subnet) => mountTargetStep(subnet, found, fileSystem));
  if (!desired.makeAccessPoint) return targets;
  return [...targets, accessPointStep(found, fileSystem)];
}

function mountTargetStep(subnet: string, found: Found, fileSystem: string | undefined): Step {
  const what = `mount target in ${subnet}`;
  if (fileSystem === undefined) return later(what, 'after the file system');
  const target = found.mountTargets.find((each) => each.subnet === subnet);
  if (target === undefined) {
    return toDo(what, 'there is none', { do: 'create mount target', fileSystem, subnet });
  }
  return availability(what, target);
}

function accessPointStep(found: Found, fileSystem: string | undefined): Step {
  const what = 'access point';
  if (fileSystem === undefined) return later(what, 'after the file system');
  if (found.accessPoint !== undefined) return availability(what, found.accessPoint);
  const because = 'there is none; it makes the directory when it is first mounted';
  return toDo(what, because, { do: 'create access point', fileSystem });
}

function availability(what: string, { id, state }: { id: string; state: string }): Step {
  return state === 'available' ? there(what, id) : waiting(what, `${id} is ${state}`);
}

function locationSteps(desired: Desired, found: Found, fileSystem: string | undefined): Step[] {
  const lanes = desired.lanes.map((lane, number) => {
    const what = `NFS location of lane ${number}`;
    const agent = findAgent(lane.agent, found.agents);
    if (agent === undefined) return later(what, `after the agent ${lane.agent}`);
    const location = nfsLocationOf(desired, found, agent.arn);
    if (location !== undefined) return there(what, location.arn);
    const because = `there is none for ${desired.sourceUri}`;
    return toDo(what, because, { do: 'create NFS location', lane: number, agent: agent.arn });
  });
  const s3 = desired.s3Uris.map((uri, number) => s3LocationStep(uri, number, found));
  return [...lanes, efsLocationStep(desired, found, fileSystem), ...s3];
}

function s3LocationStep(uri: string, number: number, found: Found): Step {
  const what = `S3 location ${uri}`;
  const location = preferOurs(found.locations.filter((each) => each.uri === uri));
  if (location !== undefined) return there(what, location.arn);
  return toDo(what, 'there is none', { do: 'create S3 location', number });
}

function efsLocationStep(desired: Desired, found: Found, fileSystem: string | undefined): Step {
  const what = 'EFS location';
  if (fileSystem === undefined) return later(what, 'after the file system and its mount targets');
  const location = efsLocationOf(desired, found);
  if (location !== undefined) return there(what, location.arn);
  const because = `there is none for ${efsUri(desired, fileSystem)}`;
  const accessPoint = desired.accessPoint ?? found.accessPoint?.id;
  return toDo(what, because, { do: 'create EFS location', fileSystem, accessPoint });
}

const efsUri = ({ region, efsPath }: Desired, fileSystem: string): string =>
  `efs://${region}.${fileSystem}${efsPath}`;

/** Ours first: what somebody else made is used when it is the same, and left alone at the end. */
function preferOurs<T extends { readonly ours: boolean; readonly arn: string }>(
  candidates: readonly T[],
): T | undefined {
  return [...candidates].sort(
    (a, b) => Number(b.ours) - Number(a.ours) || (a.arn < b.arn ? -1 : 1),
  )[0];
}

function nfsLocationOf(desired: Desired, found: Found, agent: string): FoundLocation | undefined {
  return preferOurs(
    found.locations.filter(
      ({ uri, agents, version }) =>
        uri === desired.sourceUri &&
        version === desired.nfsVersion &&
        agents?.length === 1 &&
        agents[0] === agent,
    ),
  );
}

function efsLocationOf(desired: Desired, found: Found): FoundLocation | undefined {
  const { fileSystem } = found;
  if (fileSystem === undefined) return undefined;
  const { accessRole, mountFrom } = desired;
  const accessPoint = desired.accessPoint ?? found.accessPoint?.id;
  const wanted = { tls: true, accessPoint, accessRole, ...mountFrom };
  return preferOurs(
    found.locations.filter(
      ({ uri, mount }) =>
        uri === efsUri(desired, fileSystem.id) && mount !== undefined && mountsAlike(mount, wanted),
    ),
  );
}

function taskStep(desired: Desired, found: Found, lane: DesiredLane, number: number): Step {
  const what = `task of lane ${number}`;
  const agent = findAgent(lane.agent, found.agents);
  const source = agent === undefined ? undefined : nfsLocationOf(desired, found, agent.arn);
  const destination = efsLocationOf(desired, found);
  if (source === undefined || destination === undefined) return later(what, 'after its locations');
  const task = preferOurs(found.tasks.filter(({ name }) => name === lane.taskName));
  if (task === undefined) {
    const because = 'there is none; making it mounts both sides, which tests them';
    const locations = { source: source.arn, destination: destination.arn };
    return toDo(what, because, { do: 'create task', lane: number, ...locations });
  }
  if (task.source !== source.arn || task.destination !== destination.arn) {
    const fix = `Delete ${task.arn} when nothing runs, then provision again: locations of a task cannot be changed.`;
    return refused(what, `${lane.taskName} is between other locations`, fix);
  }
  return taskState(what, task);
}

/** With fresh mount targets a task is UNAVAILABLE for a while, and becomes AVAILABLE by itself. */
function taskState(what: string, { arn, status, error }: FoundTask): Step {
  if (status === 'CREATING') return waiting(what, 'AWS is making it');
  if (status === 'UNAVAILABLE') {
    return waiting(what, `it is UNAVAILABLE: ${error ?? 'an agent is OFFLINE, or a mount fails'}`);
  }
  return there(what, `${arn}, ${status}`);
}
