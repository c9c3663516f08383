/** What EC2 tells of the network of a migration. With filters instead of ids, what is not there is no error. */
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import type { KnownOfAccount } from '../../policy/account/facts.ts';
import type {
  Rule,
  SecurityGroupFacts,
  SubnetFacts,
  Surroundings,
  VpcEndpointFacts,
} from '../../policy/account/surroundings.ts';
import { unless } from '../provision/look-efs.ts';
import { told } from './told.ts';

type Network = Pick<Surroundings, 'subnets' | 'securityGroups' | 'tenancy' | 'vpcEndpoint'>;

export async function lookAtNetwork(
  ec2: EC2Client,
  { wanted, mountTargets }: Pick<KnownOfAccount, 'wanted' | 'mountTargets'>,
): Promise<Network> {
  const groups = new Set([
    ...wanted.securityGroups,
    ...wanted.mountTargetSecurityGroups,
    ...mountTargets.flatMap(({ securityGroups }) => securityGroups),
  ]);
  const { vpcEndpoint } = wanted;
  const [subnets, securityGroups, endpoint] = await Promise.all([
    told(() => subnetsOf(ec2, wanted.subnets)),
    told(() => groupsOf(ec2, [...groups])),
    vpcEndpoint === undefined ? undefined : told(() => endpointOf(ec2, vpcEndpoint)),
  ]);
  const first =
    'told' in subnets ? subnets.told.find(({ id }) => id === wanted.subnets[0]) : undefined;
  const tenancy = 'notTold' in subnets ? subnets : await told(() => tenancyOf(ec2, first?.vpc));
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

function toRule(permission: IpPermission): Rule {
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
  const answer = await unless('InvalidVpcEndpointId.NotFound', () =>
    ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] })),
  );
  const [endpoint] = answer?.VpcEndpoints ?? [];
  if (endpoint === undefined) return undefined;
  return {
    state: endpoint.State ?? 'unknown',
    service: endpoint.ServiceName ?? '',
    privateDns: endpoint.PrivateDnsEnabled === true,
  };
}
