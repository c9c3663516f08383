/** Permissions to provision: one policy per phase. */
import { arnOf } from './arns.ts';
import { allow, document, type PolicyDocument, type Statement } from './document.ts';
import { canDescribeFileSystem, fileSystems, canUseKey } from './efs.ts';
import { locationRoles, serviceRoles, type IamFacts } from './facts.ts';
import {
  canCreateInterfaces,
  dataSync,
  canDescribeNetwork,
  canUseInterfaces,
  canList,
  ofThisMigration,
  canPassRoles,
  taggedAsOurs,
} from './statements.ts';

export function destination(facts: IamFacts): PolicyDocument {
  return document(
    canCreateFileSystem(facts),
    ...canSetUpFileSystem(facts),
    canDescribeFileSystem(facts),
    canDescribeNetwork('NetworkInterfaces', 'Subnets'),
    canCreateInterfaces(facts, 'MountTargetsHaveInterfaces'),
    ...canUseKey(facts),
    canCreateServiceLinkedRole(facts),
  );
}

function canCreateFileSystem(facts: IamFacts): Statement | undefined {
  if (facts.fileSystem !== undefined) return undefined;
  return allow('CreateEncryptedOnly', 'elasticfilesystem', ['CreateFileSystem'], '*', {
    Bool: { 'elasticfilesystem:Encrypted': 'true' },
    ...taggedAsOurs(facts),
  });
}

function canSetUpFileSystem(facts: IamFacts): Statement[] {
  const { environment, fileSystem } = facts;
  return [
    allow(
      'TagWhatIsMade',
      'elasticfilesystem',
      ['TagResource'],
      [...fileSystems(facts), arnOf(environment, 'elasticfilesystem', 'access-point/*')],
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
      // An existing file system does not have the migration's tag; its ARN is sufficient.
      fileSystem === undefined ? ofThisMigration(facts) : undefined,
    ),
  ];
}

function canCreateServiceLinkedRole({ environment: { partition, account } }: IamFacts): Statement {
  return allow(
    'ServiceLinkedRole',
    'iam',
    ['CreateServiceLinkedRole'],
    `arn:${partition}:iam::${account}:role/aws-service-role/elasticfilesystem.amazonaws.com/*`,
    { StringEquals: { 'iam:AWSServiceName': 'elasticfilesystem.amazonaws.com' } },
  );
}

export function agents(facts: IamFacts): PolicyDocument {
  return document(
    canList('Agents'),
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
    canDescribeNetwork('NetworkInterfaces', 'SecurityGroups', 'Subnets', 'VpcEndpoints'),
  );
}

export function locations(facts: IamFacts): PolicyDocument {
  const toS3 = (facts.s3Locations ?? []).length > 0 ? ['CreateLocationS3'] : [];
  return document(
    canList('Agents', 'Locations'),
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
    canDescribeFileSystem(facts, ['AccessPoints', 'FileSystems', 'MountTargets']),
    canDescribeNetwork('SecurityGroups', 'Subnets'),
    canPassRoles(facts, locationRoles(facts)),
  );
}

export function tasks(facts: IamFacts): PolicyDocument {
  return document(
    canList('Tasks'),
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
    ...canUseInterfaces(facts),
    canDescribeFileSystem(facts, ['FileSystems', 'MountTargets']),
    allow('LookAtLogs', 'logs', ['DescribeLogGroups'], '*'),
    allow('LookAtRoles', 'iam', ['GetRole'], serviceRoles(facts)),
    canPassRoles(facts),
  );
}
