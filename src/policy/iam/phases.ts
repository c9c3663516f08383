/**
 * What the one who runs longhaul may do, phase by phase: exactly the actions that each phase calls,
 * on this migration's things where IAM can tell them apart (by ARN, else by the migration's tag).
 */
import { arnOf, bucketArn } from './arns.ts';
import { allow, document, type PolicyDocument } from './document.ts';
import { TASK_QUOTA_CODE } from '../datasync/layout.ts';
import { describeAnyKey, describeFileSystem, fileSystems } from './efs.ts';
import { serviceRoles, type IamFacts } from './facts.ts';
import { agents, destination, locations, tasks } from './setup.ts';
import {
  dataSync,
  interfaces,
  list,
  look,
  ofThisMigration,
  passRoles,
  taggedAsOurs,
} from './statements.ts';

export const IAM_PHASES = {
  assess: { title: 'look, and change nothing', build: assess },
  destination: { title: 'make the file system and its mount targets', build: destination },
  agents: { title: 'activate agents', build: agents },
  locations: { title: 'make the locations', build: locations },
  tasks: { title: 'make the tasks', build: tasks },
  run: {
    title:
      'run the migration: makes locations and tasks of chunks, and takes those of a delete-pass away',
    build: run,
  },
  prune: {
    title:
      'run the pass that deletes; the same rights for another person, since IAM cannot see that a run deletes',
    build: run,
  },
  teardown: { title: 'remove what was made, but not the file system', build: teardown },
} as const satisfies Record<
  string,
  { readonly title: string; readonly build: (facts: IamFacts) => PolicyDocument }
>;
export type IamPhase = keyof typeof IAM_PHASES;

function assess(facts: IamFacts): PolicyDocument {
  const { place, vpcEndpoint, logGroup } = facts;
  return document(
    list('Agents', 'Locations', 'Tasks'),
    allow(
      'LookAtDataSync',
      'datasync',
      [
        'DescribeAgent',
        'DescribeLocationNfs',
        'DescribeLocationEfs',
        'DescribeTask',
        'ListTagsForResource',
      ],
      dataSync(facts, 'agent', 'location', 'task'),
    ),
    describeFileSystem(facts),
    look(
      'SecurityGroups',
      'Subnets',
      'Vpcs',
      ...(vpcEndpoint === undefined ? [] : ['VpcEndpoints']),
    ),
    allow(
      'LookAtQuotas',
      'servicequotas',
      ['GetServiceQuota'],
      arnOf(place, 'servicequotas', `datasync/${TASK_QUOTA_CODE}`),
    ),
    describeAnyKey(facts),
    allow('LookAtRoles', 'iam', ['GetRole'], serviceRoles(facts)),
    // For the command that the assessment names.
    logGroup === undefined
      ? undefined
      : allow('LookAtLogs', 'logs', ['DescribeResourcePolicies'], '*'),
  );
}

/** The engine makes what provisioning could not know: a task for each chunk, or the locations of one directory. */
function run(facts: IamFacts): PolicyDocument {
  const { place, bucket, prefix } = facts;
  const below = bucketArn(place, `${bucket}/${prefix === '' ? '' : `${prefix}/`}`);
  return document(
    list('Agents', 'Locations', 'TaskExecutions', 'Tasks'),
    allow(
      'MakeForChunks',
      'datasync',
      ['CreateLocationEfs', 'CreateLocationNfs', 'CreateTask'],
      '*',
      taggedAsOurs(facts),
    ),
    allow(
      'TakeAwayAfterDeletes',
      'datasync',
      ['DeleteLocation', 'DeleteTask'],
      dataSync(facts, 'location', 'task'),
      ofThisMigration(facts),
    ),
    describeFileSystem(facts, ['AccessPoints', 'FileSystems', 'MountTargets']),
    allow(
      'Start',
      'datasync',
      ['StartTaskExecution'],
      dataSync(facts, 'task'),
      ofThisMigration(facts),
    ),
    follow(facts),
    allow(
      'Steer',
      'datasync',
      ['CancelTaskExecution', 'UpdateTaskExecution'],
      arnOf(place, 'datasync', 'task/*/execution/*'),
      ofThisMigration(facts),
    ),
    allow(
      'TagWhatIsMade',
      'datasync',
      ['TagResource'],
      dataSync(facts, 'location', 'task', 'task/*/execution'),
      taggedAsOurs(facts),
    ),
    ...interfaces(facts),
    allow('FindReports', 's3', ['ListBucket'], bucketArn(place, bucket), {
      StringLike: { 's3:prefix': `${prefix}*` },
    }),
    allow('ReadReports', 's3', ['GetObject'], `${below}*`),
    allow('WriteManifests', 's3', ['PutObject'], `${below}manifests/*`),
    passRoles(facts),
  );
}

function follow(facts: IamFacts): ReturnType<typeof allow> {
  const seen = ['LocationEfs', 'LocationNfs', 'Task', 'TaskExecution'];
  return allow(
    'Follow',
    'datasync',
    [...seen.map((what) => `Describe${what}`), 'ListTagsForResource'],
    dataSync(facts, 'location', 'task', 'task/*/execution'),
  );
}

function teardown(facts: IamFacts): PolicyDocument {
  const { place } = facts;
  return document(
    list('Agents', 'Locations', 'Tasks'),
    allow(
      'LookAtDataSync',
      'datasync',
      [
        'DescribeAgent',
        'DescribeLocationEfs',
        'DescribeLocationNfs',
        'DescribeTask',
        'ListTagsForResource',
      ],
      dataSync(facts, 'agent', 'location', 'task'),
    ),
    allow(
      'Delete',
      'datasync',
      ['DeleteAgent', 'DeleteLocation', 'DeleteTask', 'UntagResource'],
      dataSync(facts, 'agent', 'location', 'task'),
      ofThisMigration(facts),
    ),
    allow(
      'InterfacesOfTasks',
      'ec2',
      ['DeleteNetworkInterface'],
      arnOf(place, 'ec2', 'network-interface/*'),
    ),
    look('NetworkInterfaces', 'SecurityGroups', 'Subnets'),
    describeFileSystem(facts),
    allow(
      'WaysIntoTheFileSystem',
      'elasticfilesystem',
      ['DeleteAccessPoint', 'DeleteMountTarget'],
      [...fileSystems(facts), arnOf(place, 'elasticfilesystem', 'access-point/*')],
      ofThisMigration(facts),
    ),
  );
}
