/** Statements that several policies share. Source of resources and conditions: the Service Authorization Reference. */
import { arnOf, bucketArn, securityGroupArn, subnetArn } from './arns.ts';
import { allow, type Condition, type Statement } from './document.ts';
import { serviceRoles, type IamFacts } from './facts.ts';

export const ofThisMigration = ({ tag }: IamFacts): Condition => ({
  StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value },
});
export const taggedAsOurs = ({ tag }: IamFacts): Condition => ({
  StringEquals: { [`aws:RequestTag/${tag.key}`]: tag.value },
});

export const dataSync = ({ environment }: IamFacts, ...kinds: readonly string[]): string[] =>
  kinds.map((kind) => arnOf(environment, 'datasync', `${kind}/*`));

/** Describe actions of EC2 support no resource-level permissions. */
export const canDescribeNetwork = (...names: readonly string[]): Statement =>
  allow(
    'LookAtTheNetwork',
    'ec2',
    names.map((name) => `Describe${name}`),
    '*',
  );

/** List actions of DataSync support no resource-level permissions. */
export const canList = (...names: readonly string[]): Statement =>
  allow(
    'List',
    'datasync',
    names.map((name) => `List${name}`),
    '*',
  );

/** `names`: 'Agent', 'LocationNfs', 'LocationEfs' or 'Task'. */
export const canDescribeDataSync = (facts: IamFacts, ...names: readonly string[]): Statement =>
  allow(
    'LookAtDataSync',
    'datasync',
    [...names.map((name) => `Describe${name}`), 'ListTagsForResource'],
    dataSync(facts, 'agent', 'location', 'task'),
  );

export function canPassRoles(facts: IamFacts, roles = serviceRoles(facts)): Statement | undefined {
  if (roles.length === 0) return undefined;
  return allow('HandRolesToDataSync', 'iam', ['PassRole'], roles, {
    StringEquals: { 'iam:PassedToService': 'datasync.amazonaws.com' },
  });
}

/** DataSync creates the interfaces of a task with the caller's permissions. */
export function canUseInterfaces(facts: IamFacts): Statement[] {
  return [
    canCreateInterfaces(facts, 'TasksHaveInterfaces'),
    allow(
      'LendInterfaces',
      'ec2',
      ['CreateNetworkInterfacePermission', 'DeleteNetworkInterface'],
      arnOf(facts.environment, 'ec2', 'network-interface/*'),
    ),
    canDescribeNetwork('NetworkInterfaces', 'SecurityGroups', 'Subnets'),
  ];
}

/** For the interfaces of tasks or mount targets, in the subnets and groups of the spec. */
export function canCreateInterfaces(
  { environment, subnets, securityGroups }: IamFacts,
  Sid: string,
): Statement {
  return allow(
    Sid,
    'ec2',
    ['CreateNetworkInterface'],
    [
      arnOf(environment, 'ec2', 'network-interface/*'),
      ...subnets.map((id) => subnetArn(environment, id)),
      ...securityGroups.map((id) => securityGroupArn(environment, id)),
    ],
  );
}

/** Key prefix of reports and manifests in the bucket, as an ARN that ends with a slash. */
export const reportsArn = ({ environment, bucket, prefix }: IamFacts): string =>
  bucketArn(environment, `${bucket}/${prefix === '' ? '' : `${prefix}/`}`);
