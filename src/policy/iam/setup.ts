/** What provisioning may do. */
import { arnOf, securityGroupArn, subnetArn } from './arns.ts';
import { allow, document, type PolicyDocument } from './document.ts';
import { describeFileSystem, fileSystems, useKey } from './efs.ts';
import { locationRoles, serviceRoles, type IamFacts } from './facts.ts';
import {
  dataSync,
  interfaces,
  list,
  look,
  ofThisMigration,
  passRoles,
  taggedAsOurs,
} from './statements.ts';

export function destination(facts: IamFacts): PolicyDocument {
  const { place, subnets, securityGroups } = facts;
  return document(
    facts.fileSystem === undefined
      ? allow('CreateEncryptedOnly', 'elasticfilesystem', ['CreateFileSystem'], '*', {
          Bool: { 'elasticfilesystem:Encrypted': 'true' },
          ...taggedAsOurs(facts),
        })
      : undefined,
    allow(
      'TagWhatIsMade',
      'elasticfilesystem',
      ['TagResource'],
      [...fileSystems(facts), arnOf(place, 'elasticfilesystem', 'access-point/*')],
      taggedAsOurs(facts),
    ),
    allow(
      'SetUp',
      'elasticfilesystem',
      [
        'CreateAccessPoint',
        'CreateMountTarget',
        'PutBackupPolicy',
        'PutFileSystemPolicy',
        'PutLifecycleConfiguration',
        'UpdateFileSystem',
      ],
      fileSystems(facts),
      // A file system that was there before has no tag of ours; its ARN says enough.
      facts.fileSystem === undefined ? ofThisMigration(facts) : undefined,
    ),
    describeFileSystem(facts),
    look('NetworkInterfaces', 'Subnets'),
    allow(
      'MountTargetsHaveInterfaces',
      'ec2',
      ['CreateNetworkInterface'],
      [
        arnOf(place, 'ec2', 'network-interface/*'),
        ...subnets.map((id) => subnetArn(place, id)),
        ...securityGroups.map((id) => securityGroupArn(place, id)),
      ],
    ),
    ...useKey(facts),
    allow(
      'ServiceLinkedRole',
      'iam',
      ['CreateServiceLinkedRole'],
      `arn:${place.partition}:iam::${place.account}:role/aws-service-role/elasticfilesystem.amazonaws.com/*`,
      { StringEquals: { 'iam:AWSServiceName': 'elasticfilesystem.amazonaws.com' } },
    ),
  );
}

export function agents(facts: IamFacts): PolicyDocument {
  return document(
    list('Agents'),
    allow('Activate', 'datasync', ['CreateAgent'], '*', taggedAsOurs(facts)),
    allow(
      'TagAtActivation',
      'datasync',
      ['TagResource'],
      dataSync(facts, 'agent'),
      taggedAsOurs(facts),
    ),
    allow(
      'LookAtAgents',
      'datasync',
      ['DescribeAgent', 'ListTagsForResource'],
      dataSync(facts, 'agent'),
    ),
    allow('Rename', 'datasync', ['UpdateAgent'], dataSync(facts, 'agent'), ofThisMigration(facts)),
    look('NetworkInterfaces', 'SecurityGroups', 'Subnets', 'VpcEndpoints'),
  );
}

export function locations(facts: IamFacts): PolicyDocument {
  const toS3 = (facts.s3Locations ?? []).length > 0 ? ['CreateLocationS3'] : [];
  return document(
    list('Agents', 'Locations'),
    allow(
      'Create',
      'datasync',
      ['CreateLocationEfs', 'CreateLocationNfs', ...toS3],
      '*',
      taggedAsOurs(facts),
    ),
    allow(
      'TagAtCreation',
      'datasync',
      ['TagResource'],
      dataSync(facts, 'location'),
      taggedAsOurs(facts),
    ),
    allow(
      'LookAtLocations',
      'datasync',
      ['DescribeLocationEfs', 'DescribeLocationNfs', 'ListTagsForResource'],
      dataSync(facts, 'location'),
    ),
    allow(
      'Change',
      'datasync',
      ['UpdateLocationEfs', 'UpdateLocationNfs'],
      dataSync(facts, 'location'),
      ofThisMigration(facts),
    ),
    allow('ThroughAgents', 'datasync', ['DescribeAgent'], dataSync(facts, 'agent')),
    describeFileSystem(facts, ['AccessPoints', 'FileSystems', 'MountTargets']),
    look('SecurityGroups', 'Subnets'),
    passRoles(facts, locationRoles(facts)),
  );
}

export function tasks(facts: IamFacts): PolicyDocument {
  return document(
    list('Tasks'),
    allow('Create', 'datasync', ['CreateTask'], '*', taggedAsOurs(facts)),
    allow(
      'TagAtCreation',
      'datasync',
      ['TagResource'],
      dataSync(facts, 'task'),
      taggedAsOurs(facts),
    ),
    allow(
      'LookAtTasks',
      'datasync',
      ['DescribeTask', 'ListTagsForResource'],
      dataSync(facts, 'task'),
    ),
    allow('Change', 'datasync', ['UpdateTask'], dataSync(facts, 'task'), ofThisMigration(facts)),
    ...interfaces(facts),
    describeFileSystem(facts, ['FileSystems', 'MountTargets']),
    allow('LookAtLogs', 'logs', ['DescribeLogGroups'], '*'),
    allow('LookAtRoles', 'iam', ['GetRole'], serviceRoles(facts)),
    passRoles(facts),
  );
}
