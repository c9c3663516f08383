/**
 * A network in which every named resource exists: any subnet, spread over the zones, and any security
 * group, which allows NFS from the network and all outgoing traffic.
 */
import type { EfsWorld } from '../world/efs.ts';
import type { World } from '../world/datasync.ts';

export const VPC = 'vpc-00000000000000000';
const ZONES = ['a', 'b', 'c'];
const ADDRESSES_OF_A_SUBNET = 4091; // a /20, less the five that AWS keeps
const INTERFACES_PER_TASK = 4;

interface Place {
  readonly zone: string;
  readonly zoneId: string;
  readonly cidr: string;
  /** `address(7)` is the seventh address. */
  readonly address: (nth: number) => string;
}

/** Returns the zone of a subnet; the first named subnet is in the first zone. */
export function placeOf(world: World, subnet: string): Place {
  const nth = world.subnets.get(subnet) ?? world.subnets.size;
  world.subnets.set(subnet, nth);
  const [area = '', , number = ''] = world.region.split('-');
  const at = nth % ZONES.length;
  const third = (nth % 16) * 16;
  return {
    zone: `${world.region}${ZONES[at]}`,
    zoneId: `${area}${world.region.split('-')[1]?.charAt(0) ?? ''}${number}-az${at + 1}`,
    cidr: `10.0.${third}.0/20`,
    address: (host) => `10.0.${third + Math.floor(host / 256)}.${host % 256}`,
  };
}

function freeAddresses({ world, mountTargets }: EfsWorld, subnet: string): number {
  const suffix = `subnet/${subnet}`;
  const tasks = [...world.tasks.values()].filter(({ destination }) =>
    String(
      (destination.fields['Ec2Config'] as { SubnetArn?: string } | undefined)?.SubnetArn,
    ).endsWith(suffix),
  );
  const targets = [...mountTargets.values()].filter(({ subnetId }) => subnetId === subnet);
  return ADDRESSES_OF_A_SUBNET - tasks.length * INTERFACES_PER_TASK - targets.length;
}

export function describeSubnet(efs: EfsWorld, id: string): object {
  const { world } = efs;
  const { zone, zoneId, cidr } = placeOf(world, id);
  return {
    subnetId: id,
    subnetArn: `arn:aws:ec2:${world.region}:${world.account}:subnet/${id}`,
    state: 'available',
    ownerId: world.account,
    vpcId: VPC,
    cidrBlock: cidr,
    availableIpAddressCount: freeAddresses(efs, id),
    availabilityZone: zone,
    availabilityZoneId: zoneId,
    defaultForAz: false,
    mapPublicIpOnLaunch: false,
    assignIpv6AddressOnCreation: false,
  };
}

export function describeSecurityGroup({ world }: EfsWorld, id: string): object {
  return {
    groupId: id,
    groupName: id,
    groupDescription: 'of the sandbox',
    ownerId: world.account,
    vpcId: VPC,
    ipPermissions: [
      { ipProtocol: 'tcp', fromPort: 2049, toPort: 2049, ipRanges: [{ cidrIp: '10.0.0.0/16' }] },
    ],
    ipPermissionsEgress: [{ ipProtocol: '-1', ipRanges: [{ cidrIp: '0.0.0.0/0' }] }],
  };
}

export function describeVpc({ world }: EfsWorld, id: string): object {
  return {
    vpcId: id,
    ownerId: world.account,
    state: 'available',
    cidrBlock: '10.0.0.0/16',
    instanceTenancy: 'default',
    isDefault: false,
  };
}

export function describeVpcEndpoint({ world }: EfsWorld, id: string): object {
  return {
    vpcEndpointId: id,
    vpcEndpointType: 'Interface',
    vpcId: VPC,
    serviceName: `com.amazonaws.${world.region}.datasync`,
    state: 'available',
    privateDnsEnabled: false,
    ownerId: world.account,
  };
}
