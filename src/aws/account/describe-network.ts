/** Reads the network of a migration from EC2. Filters are used instead of ids: a missing id is then no error. */
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import type {
  AccountContext,
  SecurityGroupFacts,
  SecurityGroupRule,
  SubnetFacts,
  VpcEndpointFacts,
} from '../../policy/account/context.ts';
import type { ResourceFacts } from '../../policy/account/facts.ts';
import { ignoreError } from '../failures.ts';
import { answerOf } from './answer.ts';

type Network = Pick<AccountContext, 'subnets' | 'securityGroups' | 'tenancy' | 'vpcEndpoint'>;

export async function describeNetwork(
  ec2: EC2Client,
  { wanted, mountTargets }: Pick<ResourceFacts, 'wanted' | 'mountTargets'>,
): Promise<Network> {
  const groups = new Set([
    ...wanted.securityGroups,
    ...wanted.mountTargetSecurityGroups,
    ...mountTargets.flatMap(({ securityGroups }) => securityGroups),
  ]);
  const { vpcEndpoint } = wanted;
  const [subnets, securityGroups, endpoint] = await Promise.all([
    answerOf(() => subnetsOf(ec2, wanted.subnets)),
    answerOf(() => groupsOf(ec2, [...groups])),
    vpcEndpoint === undefined ? undefined : answerOf(() => endpointOf(ec2, vpcEndpoint)),
  ]);
  const first =
    'value' in subnets ? subnets.value.find(({ id }) => id === wanted.subnets[0]) : undefined;
  const tenancy =
    'unavailable' in subnets ? subnets : await answerOf(() => tenancyOf(ec2, first?.vpc));
  return { subnets, securityGroups, tenancy, vpcEndpoint: endpoint };
}

const filter = (Name: string, Values: readonly string[]) => ({
  Filters: [{ Name, Values: [...Values] }],
});

async function subnetsOf(ec2: EC2Client, ids: readonly string[]): Promise<SubnetFacts[]> {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand(filter('subnet-id', ids)));
  return Subnets.map((subnet) => ({
    id: subnet.SubnetId ?? '',
    vpc: subnet.VpcId ?? '',
    zone: subnet.AvailabilityZone ?? '?',
    cidr: subnet.CidrBlock ?? '',
    freeAddresses: subnet.AvailableIpAddressCount ?? 0,
  }));
}

async function groupsOf(ec2: EC2Client, ids: readonly string[]): Promise<SecurityGroupFacts[]> {
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand(filter('group-id', ids)),
  );
  return SecurityGroups.map((group) => ({
    id: group.GroupId ?? '',
    vpc: group.VpcId ?? '',
    ingress: (group.IpPermissions ?? []).map(toRule),
    egress: (group.IpPermissionsEgress ?? []).map(toRule),
  }));
}

function toRule(permission: IpPermission): SecurityGroupRule {
  return {
    protocol: permission.IpProtocol ?? '-1',
    fromPort: permission.FromPort,
    toPort: permission.ToPort,
    groups: (permission.UserIdGroupPairs ?? []).map(({ GroupId = '' }) => GroupId),
    cidrs: (permission.IpRanges ?? []).map(({ CidrIp = '' }) => CidrIp),
    prefixLists: (permission.PrefixListIds ?? []).map(({ PrefixListId = '' }) => PrefixListId),
  };
}

async function tenancyOf(ec2: EC2Client, vpc: string | undefined): Promise<string | undefined> {
  if (vpc === undefined) return undefined;
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand(filter('vpc-id', [vpc])));
  return Vpcs[0]?.InstanceTenancy;
}

async function endpointOf(ec2: EC2Client, id: string): Promise<VpcEndpointFacts | undefined> {
  const response = await ignoreError('InvalidVpcEndpointId.NotFound', () =>
    ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] })),
  );
  const [endpoint] = response?.VpcEndpoints ?? [];
  if (endpoint === undefined) return undefined;
  return {
    state: endpoint.State ?? 'unknown',
    service: endpoint.ServiceName ?? '',
    privateDns: endpoint.PrivateDnsEnabled === true,
  };
}
