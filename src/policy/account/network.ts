/** Checks the subnets, the VPC and the VPC endpoint. Sources: EC2 and DataSync user guides. */
import { fine, notKnown, warning, wrong, type AccountCheck, type AccountFacts } from './facts.ts';
import { INTERFACES_PER_TASK } from '../datasync/layout.ts';
import type { Answer, SubnetFacts } from './context.ts';

/** `tasks`: number of tasks in the layout. */
export function networkChecks(facts: AccountFacts, tasks: number): AccountCheck[] {
  return [
    addressCheck(facts, tasks),
    tenancyCheck(facts),
    ...zoneChecks(facts),
    ...endpointChecks(facts),
  ];
}

/** DataSync creates its interfaces in the first subnet. */
export const subnetOfDataSync = ({ wanted }: AccountFacts): string => wanted.subnets[0] ?? '';

/** A value of undefined means that the subnet does not exist. */
export function findSubnet(
  { context: { subnets } }: AccountFacts,
  id: string,
): Answer<SubnetFacts | undefined> {
  if ('unavailable' in subnets) return subnets;
  return { value: subnets.value.find((subnet) => subnet.id === id) };
}

export const showSubnets = (ids: readonly string[], query: string): string =>
  `aws ec2 describe-subnets --subnet-ids ${ids.join(' ')} --query 'Subnets[].[SubnetId,${query}]'`;

/** Existing tasks already have their addresses. */
function addressCheck(facts: AccountFacts, tasks: number): AccountCheck {
  const check = 'free addresses';
  const id = subnetOfDataSync(facts);
  const targets = facts.wanted.create && facts.mountTargets.length === 0 ? 1 : 0;
  const needed = Math.max(0, tasks - facts.tasks.length) * INTERFACES_PER_TASK + targets;
  const why = targets > 0 ? 'four per task, one for a mount target' : 'four per task';
  const need = `${needed} are needed in ${id}, ${why}`;
  const subnet = findSubnet(facts, id);
  if ('unavailable' in subnet) {
    const command = showSubnets([id], 'AvailableIpAddressCount');
    return notKnown(check, `${need}; ${subnet.unavailable}`, command);
  }
  if (subnet.value === undefined)
    return wrong(check, `${id} does not exist`, 'Fix destination.subnets.');
  const found = `${need}; ${subnet.value.freeAddresses} are free`;
  if (subnet.value.freeAddresses >= needed) return fine(check, found);
  return wrong(check, found, 'Use a larger subnet, or fewer tasks with aws.layout: pool.');
}

function tenancyCheck({ context: { tenancy } }: AccountFacts): AccountCheck {
  const check = 'tenancy of the network';
  if ('unavailable' in tenancy) {
    const command = "aws ec2 describe-vpcs --query 'Vpcs[].[VpcId,InstanceTenancy]'";
    return notKnown(check, tenancy.unavailable, command);
  }
  const { value = 'default' } = tenancy;
  if (value === 'default') return fine(check, value);
  return wrong(check, value, 'DataSync needs a VPC with default tenancy: use another.');
}

/** A file system can have one mount target per availability zone. */
function zoneChecks(facts: AccountFacts): AccountCheck[] {
  const { wanted, context } = facts;
  if (!wanted.create || wanted.subnets.length < 2) return [];
  const check = 'zones of the subnets';
  if ('unavailable' in context.subnets) {
    const command = showSubnets(wanted.subnets, 'AvailabilityZone');
    return [notKnown(check, context.subnets.unavailable, command)];
  }
  const zones = context.subnets.value.map(({ zone }) => zone);
  const twice = zones.find((zone, i) => zones.indexOf(zone) < i);
  if (twice === undefined) return [fine(check, zones.join(', '))];
  const fix = 'Name one subnet per zone in destination.subnets.';
  return [wrong(check, `${twice} has more than one subnet, and can have one mount target`, fix)];
}

function endpointChecks({ wanted, context }: AccountFacts): AccountCheck[] {
  const { vpcEndpoint: id } = wanted;
  const { vpcEndpoint: endpoint } = context;
  if (id === undefined || endpoint === undefined) return [];
  const check = 'VPC endpoint';
  if ('unavailable' in endpoint) {
    const command = `aws ec2 describe-vpc-endpoints --vpc-endpoint-ids ${id}`;
    return [notKnown(check, endpoint.unavailable, command)];
  }
  if (endpoint.value === undefined)
    return [wrong(check, `${id} does not exist`, 'Fix aws.vpcEndpoint.id.')];
  const { state, service, privateDns } = endpoint.value;
  if (!service.endsWith('.datasync')) {
    return [wrong(check, `${id} is for ${service}`, 'Use an endpoint for the service datasync.')];
  }
  if (state.toLowerCase() !== 'available') {
    return [
      wrong(check, `${id} is ${state}`, 'Wait until it is available, or accept the connection.'),
    ];
  }
  if (!privateDns) return [fine(check, `${id}, without private DNS names`)];
  const fix = `It can take agents with a public endpoint offline: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ${id} --no-private-dns-enabled.`;
  return [warning(check, `${id} with private DNS names`, fix)];
}
