/**
 * Permissions to run the migration. The engine creates what provisioning could not know: a task per chunk,
 * and the locations of single directories.
 */
import { arnOf, bucketArn } from './arns.ts';
import { allow, document, type PolicyDocument, type Statement } from './document.ts';
import { canDescribeFileSystem } from './efs.ts';
import type { IamFacts } from './facts.ts';
import {
  dataSync,
  canUseInterfaces,
  canList,
  ofThisMigration,
  canPassRoles,
  reportsArn,
  taggedAsOurs,
} from './statements.ts';

export function run(facts: IamFacts): PolicyDocument {
  return document(
    canList('Agents', 'Locations', 'TaskExecutions', 'Tasks'),
    ...resources(facts),
    canDescribeFileSystem(facts, ['AccessPoints', 'FileSystems', 'MountTargets']),
    ...executions(facts),
    allow(
      'TagWhatIsMade',
      'datasync',
      ['TagResource'],
      dataSync(facts, 'location', 'task', 'task/*/execution'),
      taggedAsOurs(facts),
    ),
    ...canUseInterfaces(facts),
    ...reports(facts),
    canPassRoles(facts),
  );
}

function resources(facts: IamFacts): Statement[] {
  return [
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
  ];
}

function executions(facts: IamFacts): Statement[] {
  const own = ofThisMigration(facts);
  const described = ['LocationEfs', 'LocationNfs', 'Task', 'TaskExecution'];
  return [
    allow('Start', 'datasync', ['StartTaskExecution'], dataSync(facts, 'task'), own),
    allow(
      'Follow',
      'datasync',
      [...described.map((name) => `Describe${name}`), 'ListTagsForResource'],
      dataSync(facts, 'location', 'task', 'task/*/execution'),
    ),
    allow(
      'Steer',
      'datasync',
      ['CancelTaskExecution', 'UpdateTaskExecution'],
      arnOf(facts.environment, 'datasync', 'task/*/execution/*'),
      own,
    ),
  ];
}

function reports(facts: IamFacts): Statement[] {
  const { environment, bucket, prefix } = facts;
  const below = reportsArn(facts);
  return [
    allow('FindReports', 's3', ['ListBucket'], bucketArn(environment, bucket), {
      StringLike: { 's3:prefix': `${prefix}*` },
    }),
    allow('ReadReports', 's3', ['GetObject'], `${below}*`),
    allow('WriteManifests', 's3', ['PutObject'], `${below}manifests/*`),
  ];
}
