/**
 * Plans the steps from the found to the desired resources. Each round plans again from the account, so an
 * interrupted run continues where it stopped: existing resources are adopted by token, tag, name or URI.
 */
import { fileSystemSteps } from './file-system.ts';
import {
  later,
  mountsAlike,
  refused,
  there,
  toDo,
  waiting,
  type DesiredLane,
  type DesiredResources,
  type FoundAgent,
  type FoundLocation,
  type FoundResources,
  type FoundTask,
  type ProvisionStep,
} from './steps.ts';

export function planProvision(
  desired: DesiredResources,
  found: FoundResources,
): readonly ProvisionStep[] {
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
    ...(desired.createTasks
      ? desired.lanes.map((lane, i) => taskStep(desired, found, lane, i))
      : []),
  ];
}

/** Returns the first step that can be applied now. */
export function nextStep(steps: readonly ProvisionStep[]): ProvisionStep | undefined {
  return steps.find(({ state }) => state === 'to do');
}

export function findAgent(agent: string, agents: readonly FoundAgent[]): FoundAgent | undefined {
  return agents.find(({ arn, name }) => arn === agent || name === agent);
}

function agentStep({ agent }: DesiredLane, agents: readonly FoundAgent[]): ProvisionStep {
  const what = `agent ${agent}`;
  const found = findAgent(agent, agents);
  if (found === undefined) {
    const fix = 'Activate it (docs/datasync.md shows how), or fix source.agents in the spec.';
    return refused(what, 'this account and region has no agent with this name or ARN', fix);
  }
  if (found.status !== 'ONLINE')
    return waiting(what, `it is ${found.status ?? 'of unknown status'}`);
  return there(what, 'ONLINE');
}

function accessSteps(
  desired: DesiredResources,
  found: FoundResources,
  fileSystem: string | undefined,
): ProvisionStep[] {
  const targets = desired.subnets.map((subnet) => mountTargetStep(subnet, found, fileSystem));
  if (!desired.createAccessPoint) return targets;
  return [...targets, accessPointStep(found, fileSystem)];
}

function mountTargetStep(
  subnet: string,
  found: FoundResources,
  fileSystem: string | undefined,
): ProvisionStep {
  const what = `mount target in ${subnet}`;
  if (fileSystem === undefined) return later(what, 'after the file system');
  const target = found.mountTargets.find((each) => each.subnet === subnet);
  if (target === undefined) {
    return toDo(what, 'it does not exist', { do: 'create mount target', fileSystem, subnet });
  }
  return availability(what, target);
}

function accessPointStep(found: FoundResources, fileSystem: string | undefined): ProvisionStep {
  const what = 'access point';
  if (fileSystem === undefined) return later(what, 'after the file system');
  if (found.accessPoint !== undefined) return availability(what, found.accessPoint);
  const because = 'it does not exist; the first mount through it creates the directory';
  return toDo(what, because, { do: 'create access point', fileSystem });
}

function availability(what: string, { id, state }: { id: string; state: string }): ProvisionStep {
  return state === 'available' ? there(what, id) : waiting(what, `${id} is ${state}`);
}

function locationSteps(
  desired: DesiredResources,
  found: FoundResources,
  fileSystem: string | undefined,
): ProvisionStep[] {
  const lanes = desired.lanes.map((lane, number) => {
    const what = `NFS location of lane ${number}`;
    const agent = findAgent(lane.agent, found.agents);
    if (agent === undefined) return later(what, `after the agent ${lane.agent}`);
    const location = nfsLocationOf(desired, found, agent.arn);
    if (location !== undefined) return there(what, location.arn);
    const because = `none exists for ${desired.sourceUri}`;
    return toDo(what, because, { do: 'create NFS location', lane: number, agent: agent.arn });
  });
  const s3 = desired.s3Uris.map((uri, number) => s3LocationStep(uri, number, found));
  return [...lanes, efsLocationStep(desired, found, fileSystem), ...s3];
}

function s3LocationStep(uri: string, number: number, found: FoundResources): ProvisionStep {
  const what = `S3 location ${uri}`;
  const location = preferOwn(found.locations.filter((each) => each.uri === uri));
  if (location !== undefined) return there(what, location.arn);
  return toDo(what, 'it does not exist', { do: 'create S3 location', number });
}

function efsLocationStep(
  desired: DesiredResources,
  found: FoundResources,
  fileSystem: string | undefined,
): ProvisionStep {
  const what = 'EFS location';
  if (fileSystem === undefined) return later(what, 'after the file system and its mount targets');
  const location = efsLocationOf(desired, found);
  if (location !== undefined) return there(what, location.arn);
  const because = `none exists for ${efsUri(desired, fileSystem)}`;
  const accessPoint = desired.accessPoint ?? found.accessPoint?.id;
  return toDo(what, because, { do: 'create EFS location', fileSystem, accessPoint });
}

const efsUri = ({ region, efsPath }: DesiredResources, fileSystem: string): string =>
  `efs://${region}.${fileSystem}${efsPath}`;

/** Prefers resources of the migration. An equal one of others is used, and a teardown leaves it alone. */
function preferOwn<T extends { readonly ours: boolean; readonly arn: string }>(
  candidates: readonly T[],
): T | undefined {
  return [...candidates].sort(
    (a, b) => Number(b.ours) - Number(a.ours) || (a.arn < b.arn ? -1 : 1),
  )[0];
}

function nfsLocationOf(
  desired: DesiredResources,
  found: FoundResources,
  agent: string,
): FoundLocation | undefined {
  return preferOwn(
    found.locations.filter(
      ({ uri, agents, version }) =>
        uri === desired.sourceUri &&
        version === desired.nfsVersion &&
        agents?.length === 1 &&
        agents[0] === agent,
    ),
  );
}

function efsLocationOf(
  desired: DesiredResources,
  found: FoundResources,
): FoundLocation | undefined {
  const { fileSystem } = found;
  if (fileSystem === undefined) return undefined;
  const { accessRole, mountFrom } = desired;
  const accessPoint = desired.accessPoint ?? found.accessPoint?.id;
  const wanted = { tls: true, accessPoint, accessRole, ...mountFrom };
  return preferOwn(
    found.locations.filter(
      ({ uri, mount }) =>
        uri === efsUri(desired, fileSystem.id) && mount !== undefined && mountsAlike(mount, wanted),
    ),
  );
}

function taskStep(
  desired: DesiredResources,
  found: FoundResources,
  lane: DesiredLane,
  number: number,
): ProvisionStep {
  const what = `task of lane ${number}`;
  const agent = findAgent(lane.agent, found.agents);
  const source = agent === undefined ? undefined : nfsLocationOf(desired, found, agent.arn);
  const destination = efsLocationOf(desired, found);
  if (source === undefined || destination === undefined) return later(what, 'after its locations');
  const task = preferOwn(found.tasks.filter(({ name }) => name === lane.taskName));
  if (task === undefined) {
    const because = 'it does not exist; creating it mounts both sides, which tests them';
    const locations = { source: source.arn, destination: destination.arn };
    return toDo(what, because, { do: 'create task', lane: number, ...locations });
  }
  if (task.source !== source.arn || task.destination !== destination.arn) {
    const fix = `Delete ${task.arn} when nothing runs, then provision again: the locations of a task cannot be changed.`;
    return refused(what, `${lane.taskName} has other locations`, fix);
  }
  return taskState(what, task);
}

/** With new mount targets, a task is UNAVAILABLE at first and becomes AVAILABLE without action. */
function taskState(what: string, { arn, status, error }: FoundTask): ProvisionStep {
  if (status === 'CREATING') return waiting(what, 'AWS is creating it');
  if (status === 'UNAVAILABLE') {
    return waiting(what, `it is UNAVAILABLE: ${error ?? 'an agent is OFFLINE, or a mount fails'}`);
  }
  return there(what, `${arn}, ${status}`);
}
