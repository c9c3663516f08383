/** Checks that security groups allow NFS from DataSync's interfaces to the mount target, on both sides. */
import { fine, notKnown, wrong, type AccountCheck } from './facts.ts';
import type { Answer, SecurityGroupFacts, SecurityGroupRule, SubnetFacts } from './context.ts';
import { reachability, type Peer } from './security-rules.ts';

const CHECK = 'security groups';
const NFS_PORT = 2049;

/** The NFS connection of DataSync to a mount target. */
export interface NfsConnection {
  /** Groups of DataSync's interfaces. */
  readonly from: readonly string[];
  /** Groups of the mount target. */
  readonly to: readonly string[];
  /** IPv4 address of the mount target; undefined until it exists. */
  readonly address?: string | undefined;
  /** Subnet of DataSync's interfaces. */
  readonly subnet?: SubnetFacts | undefined;
}

export function groupCheck(
  connection: NfsConnection,
  groups: Answer<readonly SecurityGroupFacts[]>,
): AccountCheck {
  if ('unavailable' in groups) {
    const found = `${describe(connection)} must be allowed; ${groups.unavailable}`;
    return notKnown(CHECK, found, commandFor(connection));
  }
  return membershipCheck(connection, groups.value) ?? reachabilityCheck(connection, groups.value);
}

const describe = ({ from, to }: NfsConnection): string =>
  `TCP ${NFS_PORT} from ${from.join(', ')} to ${to.join(', ')}`;

const allOf = ({ from, to }: NfsConnection): string[] => [...new Set([...from, ...to])];

const commandFor = (connection: NfsConnection): string =>
  `aws ec2 describe-security-groups --group-ids ${allOf(connection).join(' ')} --query 'SecurityGroups[].[GroupId,IpPermissions,IpPermissionsEgress]'`;

/** Returns undefined when all groups exist and belong to the VPC of the subnet. */
function membershipCheck(
  connection: NfsConnection,
  groups: readonly SecurityGroupFacts[],
): AccountCheck | undefined {
  const absent = allOf(connection).filter((id) => !groups.some((group) => group.id === id));
  if (absent.length > 0) {
    const fix = 'Fix destination.securityGroups, or mountTargetSecurityGroups.';
    return wrong(CHECK, `${absent.join(', ')} does not exist`, fix);
  }
  const { subnet } = connection;
  const foreign = groups.find(({ vpc }) => subnet !== undefined && vpc !== subnet.vpc);
  if (foreign === undefined) return undefined;
  const found = `${foreign.id} belongs to ${foreign.vpc}, the subnet to ${subnet?.vpc ?? ''}`;
  return wrong(CHECK, found, 'Use groups of the VPC of the subnet.');
}

function reachabilityCheck(
  connection: NfsConnection,
  groups: readonly SecurityGroupFacts[],
): AccountCheck {
  const { from, to, address, subnet } = connection;
  const rules = (ids: readonly string[], side: 'ingress' | 'egress'): SecurityGroupRule[] =>
    groups.filter(({ id }) => ids.includes(id)).flatMap((group) => group[side]);
  const cidr = subnet?.cidr;
  const source: Peer = { groups: from, cidr };
  const target: Peer = { groups: to, cidr: address === undefined ? cidr : `${address}/32` };
  const inward = reachability(rules(to, 'ingress'), NFS_PORT, source);
  const outward = reachability(rules(from, 'egress'), NFS_PORT, target);
  if (inward === 'closed') return closed(connection, 'in');
  if (outward === 'closed') return closed(connection, 'out');
  const what = describe(connection);
  if (inward === 'open' && outward === 'open') return fine(CHECK, `${what} is allowed`);
  const found = `${what} depends on a prefix list, or on a network that may not contain both ends`;
  return notKnown(CHECK, found, commandFor(connection));
}

function closed({ from, to }: NfsConnection, side: 'in' | 'out'): AccountCheck {
  const [source = '', target = ''] = [from[0], to[0]];
  if (side === 'in') {
    const fix = `aws ec2 authorize-security-group-ingress --group-id ${target} --protocol tcp --port ${NFS_PORT} --source-group ${source}`;
    const found = `${to.join(', ')} does not allow inbound TCP ${NFS_PORT} from ${from.join(', ')}`;
    return wrong(CHECK, found, fix);
  }
  const fix = `aws ec2 authorize-security-group-egress --group-id ${source} --ip-permissions 'IpProtocol=tcp,FromPort=${NFS_PORT},ToPort=${NFS_PORT},UserIdGroupPairs=[{GroupId=${target}}]'`;
  const found = `${from.join(', ')} does not allow outbound TCP ${NFS_PORT} to ${to.join(', ')}`;
  return wrong(CHECK, found, fix);
}
