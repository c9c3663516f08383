/** Whether security groups let DataSync's interfaces through to the mount target, on both sides. */
import { fine, notKnown, wrong, type AccountCheck } from './facts.ts';
import type { Rule, SecurityGroupFacts, SubnetFacts, Told } from './surroundings.ts';
import { passage, type Passage, type Peer } from './security-rules.ts';

const CHECK = 'security groups';
const NFS_PORT = 2049;

export interface Way {
  /** Groups of DataSync's interfaces. */
  readonly from: readonly string[];
  /** Groups of the mount target. */
  readonly to: readonly string[];
  /** IPv4, of the mount target; undefined while there is none. */
  readonly address?: string | undefined;
  /** Of DataSync's interfaces. */
  readonly subnet?: SubnetFacts | undefined;
}

export function groupCheck(way: Way, groups: Told<readonly SecurityGroupFacts[]>): AccountCheck {
  if ('notTold' in groups) {
    return notKnown(CHECK, `${said(way)} must be let through; ${groups.notTold}`, command(way));
  }
  return strangerCheck(way, groups.told) ?? passageCheck(way, groups.told);
}

const said = ({ from, to }: Way): string =>
  `TCP ${NFS_PORT} from ${from.join(', ')} to ${to.join(', ')}`;

const allOf = ({ from, to }: Way): string[] => [...new Set([...from, ...to])];

const command = (way: Way): string =>
  `aws ec2 describe-security-groups --group-ids ${allOf(way).join(' ')} --query 'SecurityGroups[].[GroupId,IpPermissions,IpPermissionsEgress]'`;

function strangerCheck(way: Way, groups: readonly SecurityGroupFacts[]): AccountCheck | undefined {
  const absent = allOf(way).filter((id) => !groups.some((group) => group.id === id));
  if (absent.length > 0) {
    const fix = 'Correct destination.securityGroups, or mountTargetSecurityGroups.';
    return wrong(CHECK, `there is no ${absent.join(', ')}`, fix);
  }
  const { subnet } = way;
  const stranger = groups.find(({ vpc }) => subnet !== undefined && vpc !== subnet.vpc);
  if (stranger === undefined) return undefined;
  const found = `${stranger.id} is of ${stranger.vpc}, the subnet of ${subnet?.vpc ?? ''}`;
  return wrong(CHECK, found, 'Take groups of the network of the subnet.');
}

function passageCheck(way: Way, groups: readonly SecurityGroupFacts[]): AccountCheck {
  const { from, to, address, subnet } = way;
  const rules = (ids: readonly string[], side: 'ingress' | 'egress'): Rule[] =>
    groups.filter(({ id }) => ids.includes(id)).flatMap((group) => group[side]);
  const cidr = subnet?.cidr;
  const source: Peer = { groups: from, cidr };
  const target: Peer = { groups: to, cidr: address === undefined ? cidr : `${address}/32` };
  const inward = passage(rules(to, 'ingress'), NFS_PORT, source);
  const outward = passage(rules(from, 'egress'), NFS_PORT, target);
  if (inward === 'closed') return closed(way, 'in');
  if (outward === 'closed') return closed(way, 'out');
  if (both(inward, outward, 'open')) return fine(CHECK, `${said(way)} is let through`);
  const found = `${said(way)} goes by a prefix list, or a network that may not hold all of it`;
  return notKnown(CHECK, found, command(way));
}

const both = (a: Passage, b: Passage, passage: Passage): boolean => a === passage && b === passage;

function closed({ from, to }: Way, side: 'in' | 'out'): AccountCheck {
  const [source = '', target = ''] = [from[0], to[0]];
  if (side === 'in') {
    const fix = `aws ec2 authorize-security-group-ingress --group-id ${target} --protocol tcp --port ${NFS_PORT} --source-group ${source}`;
    const found = `${to.join(', ')} lets in no TCP ${NFS_PORT} from ${from.join(', ')}`;
    return wrong(CHECK, found, fix);
  }
  const fix = `aws ec2 authorize-security-group-egress --group-id ${source} --ip-permissions 'IpProtocol=tcp,FromPort=${NFS_PORT},ToPort=${NFS_PORT},UserIdGroupPairs=[{GroupId=${target}}]'`;
  const found = `${from.join(', ')} lets out no TCP ${NFS_PORT} to ${to.join(', ')}`;
  return wrong(CHECK, found, fix);
}
