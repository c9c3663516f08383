/** Whether the network has room for DataSync, and leads to the mount target. Sources: EC2 and DataSync user guides. */
import { fine, notKnown, warning, wrong, type AccountCheck, type AccountFacts } from './facts.ts';
import { INTERFACES_PER_TASK } from '../datasync/layout.ts';
import type { SubnetFacts, Told } from './surroundings.ts';

/** `tasks`: how many the layout takes. */
export function networkChecks(facts: AccountFacts, tasks: number): AccountCheck[] {
  return [
    addressCheck(facts, tasks),
    tenancyCheck(facts),
    ...zoneChecks(facts),
    ...endpointChecks(facts),
  ];
}

/** DataSync works from the first; a spec names one at least. */
export const subnetOfDataSync = ({ wanted }: AccountFacts): string => wanted.subnets[0] ?? '';

/** Told undefined: there is none of this id. */
export function findSubnet({ around }: AccountFacts, id: string): Told<SubnetFacts | undefined> {
  if ('notTold' in around.subnets) return around.subnets;
  return { told: around.subnets.told.find((subnet) => subnet.id === id) };
}

export const showSubnets = (ids: readonly string[], query: string): string =>
  `aws ec2 describe-subnets --subnet-ids ${ids.join(' ')} --query 'Subnets[].[SubnetId,${query}]'`;

/** Tasks that are there have their interfaces already. */
function addressCheck(facts: AccountFacts, tasks: number): AccountCheck {
  const check = 'free addresses';
  const id = subnetOfDataSync(facts);
  const targets = facts.wanted.create && facts.mountTargets.length === 0 ? 1 : 0;
  const needed = Math.max(0, tasks - facts.tasks.length) * INTERFACES_PER_TASK + targets;
  const why = targets > 0 ? 'four for each task, one for a mount target' : 'four for each task';
  const need = `${needed} are needed in ${id}, ${why}`;
  const subnet = findSubnet(facts, id);
  if ('notTold' in subnet) {
    const command = showSubnets([id], 'AvailableIpAddressCount');
    return notKnown(check, `${need}; ${subnet.notTold}`, command);
  }
  if (subnet.told === undefined) {
    return wrong(check, `there is no ${id}`, 'Correct destination.subnets.');
  }
  const found = `${need}; ${subnet.told.freeAddresses} are free`;
  if (subnet.told.freeAddresses >= needed) return fine(check, found);
  return wrong(check, found, 'Take a larger subnet, or fewer tasks with aws.layout: pool.');
}

function tenancyCheck({ around: { tenancy } }: AccountFacts): AccountCheck {
  const check = 'tenancy of the network';
  if ('notTold' in tenancy) {
    const command = "aws ec2 describe-vpcs --query 'Vpcs[].[VpcId,InstanceTenancy]'";
    return notKnown(check, tenancy.notTold, command);
  }
  const { told = 'default' } = tenancy;
  if (told === 'default') return fine(check, told);
  return wrong(check, told, 'DataSync works in networks of default tenancy only: take another.');
}

/** A file system takes one mount target in a zone. */
function zoneChecks(facts: AccountFacts): AccountCheck[] {
  const { wanted, around } = facts;
  if (!wanted.create || wanted.subnets.length < 2) return [];
  const check = 'zones of the subnets';
  if ('notTold' in around.subnets) {
    const command = showSubnets(wanted.subnets, 'AvailabilityZone');
    return [notKnown(check, around.subnets.notTold, command)];
  }
  const zones = around.subnets.told.map(({ zone }) => zone);
  const twice = zones.find((zone, i) => zones.indexOf(zone) < i);
  if (twice === undefined) return [fine(check, zones.join(', '))];
  const fix = 'Name one subnet of each zone in destination.subnets.';
  return [wrong(check, `${twice} has more than one, and takes one mount target`, fix)];
}

function endpointChecks({ wanted, around }: AccountFacts): AccountCheck[] {
  const { vpcEndpoint: id } = wanted;
  const { vpcEndpoint: endpoint } = around;
  if (id === undefined || endpoint === undefined) return [];
  const check = 'VPC endpoint';
  if ('notTold' in endpoint) {
    const command = `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ${id}`;
    return [notKnown(check, endpoint.notTold, command)];
  }
  if (endpoint.told === undefined) {
    return [wrong(check, `there is no ${id}`, 'Correct aws.vpcEndpoint.id.')];
  }
  const { state, service, privateDns } = endpoint.told;
  if (!service.endsWith('.datasync')) {
    return [wrong(check, `${id} is of ${service}`, 'Take one of the service datasync.')];
  }
  if (state.toLowerCase() !== 'available') {
    return [wrong(check, `${id} is ${state}`, 'Wait until it is available, or accept it.')];
  }
  if (!privateDns) return [fine(check, `${id}, without private DNS names`)];
  const fix = `It can take agents with a public endpoint offline: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --no-private-dns-enabled.`;
  return [warning(check, `${id} with private DNS names`, fix)];
}
