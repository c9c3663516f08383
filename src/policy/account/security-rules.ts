/** Decides whether rules of security groups allow a connection. IPv4 only, as DataSync mounts. */
import type { SecurityGroupRule } from './context.ts';

/** The other side of a connection. */
export interface Peer {
  readonly groups: readonly string[];
  /** Address or network, '10.0.1.7/32'; undefined: unknown. */
  readonly cidr?: string | undefined;
}

/** 'perhaps': allowed by a prefix list, or by a network that contains only part of the peer's. */
export type Reachability = 'open' | 'perhaps' | 'closed';

export function reachability(
  rules: readonly SecurityGroupRule[],
  port: number,
  peer: Peer,
): Reachability {
  const onPort = rules.filter((rule) => isTcp(rule) && includesPort(rule, port));
  const answers = onPort.map((rule) => allowedBy(rule, peer));
  if (answers.includes('open')) return 'open';
  return answers.includes('perhaps') ? 'perhaps' : 'closed';
}

const isTcp = ({ protocol }: SecurityGroupRule): boolean => ['tcp', '6', '-1'].includes(protocol);

const includesPort = ({ protocol, fromPort, toPort }: SecurityGroupRule, port: number): boolean =>
  protocol === '-1' || ((fromPort ?? 0) <= port && port <= (toPort ?? 65_535));

function allowedBy({ groups, cidrs, prefixLists }: SecurityGroupRule, peer: Peer): Reachability {
  if (groups.some((group) => peer.groups.includes(group))) return 'open';
  const { cidr } = peer;
  if (cidrs.some((range) => range === '0.0.0.0/0' || (cidr !== undefined && covers(range, cidr)))) {
    return 'open';
  }
  const unsure =
    prefixLists.length > 0 || cidrs.some((range) => cidr === undefined || covers(cidr, range));
  return unsure ? 'perhaps' : 'closed';
}

/** `covers('10.0.0.0/16', '10.0.1.0/24')` is true. Always false for anything but IPv4 networks. */
export function covers(outer: string, inner: string): boolean {
  const [a, b] = [parse(outer), parse(inner)];
  if (a === undefined || b === undefined || a.bits > b.bits) return false;
  const shift = 2 ** (32 - a.bits);
  return Math.floor(a.address / shift) === Math.floor(b.address / shift);
}

function parse(cidr: string): { readonly address: number; readonly bits: number } | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  return { address: ((a * 256 + b) * 256 + c) * 256 + d, bits };
}
