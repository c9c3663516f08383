/** Whether rules of security groups let a connection through. IPv4, as DataSync mounts. */
import type { Rule } from './surroundings.ts';

/** The other side of a connection. */
export interface Peer {
  readonly groups: readonly string[];
  /** Its address or network, '10.0.1.7/32'; undefined: not known. */
  readonly cidr?: string | undefined;
}

/** 'perhaps': by a prefix list, or by a network that may or may not hold the peer. */
export type Passage = 'open' | 'perhaps' | 'closed';

export function passage(rules: readonly Rule[], port: number, peer: Peer): Passage {
  const onPort = rules.filter((rule) => isTcp(rule) && holdsPort(rule, port));
  const answers = onPort.map((rule) => ruleFor(rule, peer));
  if (answers.includes('open')) return 'open';
  return answers.includes('perhaps') ? 'perhaps' : 'closed';
}

const isTcp = ({ protocol }: Rule): boolean => ['tcp', '6', '-1'].includes(protocol);

const holdsPort = ({ protocol, fromPort, toPort }: Rule, port: number): boolean =>
  protocol === '-1' || ((fromPort ?? 0) <= port && port <= (toPort ?? 65_535));

function ruleFor({ groups, cidrs, prefixLists }: Rule, peer: Peer): Passage {
  if (groups.some((group) => peer.groups.includes(group))) return 'open';
  const { cidr } = peer;
  if (cidrs.some((range) => range === '0.0.0.0/0' || (cidr !== undefined && covers(range, cidr)))) {
    return 'open';
  }
  const unsure =
    prefixLists.length > 0 || cidrs.some((range) => cidr === undefined || covers(cidr, range));
  return unsure ? 'perhaps' : 'closed';
}

/** `covers('10.0.0.0/16', '10.0.1.0/24')`. What is no IPv4 network covers nothing. */
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
