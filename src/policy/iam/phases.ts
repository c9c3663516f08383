/**
 * Permissions of the user who runs longhaul, by phase: exactly the actions that each phase calls, limited
 * to resources of this migration where IAM can distinguish them, by ARN or by the migration's tag.
 */
import { arnOf } from './arns.ts';
import { allow, document, type PolicyDocument } from './document.ts';
import { TASK_QUOTA_CODE } from '../datasync/layout.ts';
import { canDescribeKey, canDescribeFileSystem, fileSystems } from './efs.ts';
import { serviceRoles, type IamFacts } from './facts.ts';
import { agents, destination, locations, tasks } from './provisioning.ts';
import { run } from './run.ts';
import {
  dataSync,
  canDescribeNetwork,
  canDescribeDataSync,
  canList,
  ofThisMigration,
} from './statements.ts';

export const IAM_PHASES = {
  assess: { title: 'read the account; changes nothing', build: assess },
  destination: { title: 'create the file system and its mount targets', build: destination },
  agents: { title: 'activate agents', build: agents },
  locations: { title: 'create the locations', build: locations },
  tasks: { title: 'create the tasks', build: tasks },
  run: {
    title:
      'run the migration: creates locations and tasks of chunks, and deletes those of a delete-pass',
    build: run,
  },
  prune: {
    title:
      'run the pass that deletes; the same permissions, for another identity: IAM cannot see that an execution deletes',
    build: run,
  },
  teardown: { title: 'delete what was created, except the file system', build: teardown },
} as const satisfies Record<
  string,
  { readonly title: string; readonly build: (facts: IamFacts) => PolicyDocument }
>;
export type IamPhase = keyof typeof IAM_PHASES;

function assess(facts: IamFacts): PolicyDocument {
  const { environment, vpcEndpoint, logGroup } = facts;
  const quota = arnOf(environment, 'servicequotas', `datasync/${TASK_QUOTA_CODE}`);
  const endpoints = vpcEndpoint === undefined ? [] : ['VpcEndpoints'];
  return document(
    canList('Agents', 'Locations', 'Tasks'),
    canDescribeDataSync(facts, 'Agent', 'LocationNfs', 'LocationEfs', 'Task'),
    canDescribeFileSystem(facts),
    canDescribeNetwork('SecurityGroups', 'Subnets', 'Vpcs', ...endpoints),
    allow('LookAtQuotas', 'servicequotas', ['GetServiceQuota'], quota),
    canDescribeKey(facts),
    allow('LookAtRoles', 'iam', ['GetRole'], serviceRoles(facts)),
    // For the command that the assessment prints.
    logGroup === undefined
      ? undefined
      : allow('LookAtLogs', 'logs', ['DescribeResourcePolicies'], '*'),
  );
}

function teardown(facts: IamFacts): PolicyDocument {
  const { environment } = facts;
  const accessPoints = arnOf(environment, 'elasticfilesystem', 'access-point/*');
  return document(
    canList('Agents', 'Locations', 'Tasks'),
    canDescribeDataSync(facts, 'Agent', 'LocationEfs', 'LocationNfs', 'Task'),
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
      arnOf(environment, 'ec2', 'network-interface/*'),
    ),
    canDescribeNetwork('NetworkInterfaces', 'SecurityGroups', 'Subnets'),
    canDescribeFileSystem(facts),
    allow(
      'WaysIntoTheFileSystem',
      'elasticfilesystem',
      ['DeleteAccessPoint', 'DeleteMountTarget'],
      [...fileSystems(facts), accessPoints],
      ofThisMigration(facts),
    ),
  );
}
