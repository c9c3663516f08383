/** Statements that several policies share. Which actions take which resources and conditions: the Service Authorization Reference. */
import { arnOf, securityGroupArn, subnetArn } from './arns.ts';
import { allow, type Condition, type Statement } from './document.ts';
import { serviceRoles, type IamFacts } from './facts.ts';

export const ofThisMigration = ({ tag }: IamFacts): Condition => ({
  StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value },
});
export const taggedAsOurs = ({ tag }: IamFacts): Condition => ({
  StringEquals: { [`aws:RequestTag/${tag.key}`]: tag.value },
});

export const dataSync = ({ place }: IamFacts, ...kinds: readonly string[]): string[] =>
  kinds.map((kind) => arnOf(place, 'datasync', `${kind}/*`));

/** EC2 knows no resources for looking. */
export const look = (...what: readonly string[]): Statement =>
  allow(
    'LookAtTheNetwork',
    'ec2',
    what.map((name) => `Describe${name}`),
    '*',
  );

export const list = (...what: readonly string[]): Statement =>
  allow(
    'List',
    'datasync',
    what.map((name) => `List${name}`),
    '*',
  );

export function passRoles(facts: IamFacts, roles = serviceRoles(facts)): Statement | undefined {
  if (roles.length === 0) return undefined;
  return allow('HandRolesToDataSync', 'iam', ['PassRole'], roles, {
    StringEquals: { 'iam:PassedToService': 'datasync.amazonaws.com' },
  });
}

/** DataSync makes the interfaces of a task with the caller's rights. */
export function interfaces(facts: IamFacts): Statement[] {
  const { place, subnets, securityGroups } = facts;
  return [
    allow(
      'TasksHaveInterfaces',
      'ec2',
      ['CreateNetworkInterface'],
      [
        arnOf(place, 'ec2', 'network-interface/*'),
        ...subnets.map((id) => subnetArn(place, id)),
        ...securityGroups.map((id) => securityGroupArn(place, id)),
      ],
    ),
    allow(
      'LendInterfaces',
      'ec2',
      ['CreateNetworkInterfacePermission', 'DeleteNetworkInterface'],
      arnOf(place, 'ec2', 'network-interface/*'),
    ),
    look('NetworkInterfaces', 'SecurityGroups', 'Subnets'),
  ];
}
