/** Decisions whether rules of security groups allow a connection. */
import { describe, expect, test } from '@jest/globals';
import type { SecurityGroupRule } from '../../../src/policy/account/context.ts';
import { covers, reachability, type Peer } from '../../../src/policy/account/security-rules.ts';

const rule = (change: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  protocol: 'tcp',
  fromPort: 2049,
  toPort: 2049,
  groups: [],
  cidrs: [],
  prefixLists: [],
  ...change,
});
const PEER: Peer = { groups: ['sg-1'], cidr: '10.0.1.0/24' };

describe('a rule', () => {
  test.each<[string, string, SecurityGroupRule, Peer]>([
    ['open', 'for the group of the peer', rule({ groups: ['sg-9', 'sg-1'] }), PEER],
    ['closed', 'for another group', rule({ groups: ['sg-9'] }), PEER],
    ['open', 'for all of its network', rule({ cidrs: ['10.0.0.0/16'] }), PEER],
    ['open', 'for every address', rule({ cidrs: ['0.0.0.0/0'] }), { groups: [] }],
    ['perhaps', 'for part of its network', rule({ cidrs: ['10.0.1.128/25'] }), PEER],
    ['closed', 'for another network', rule({ cidrs: ['10.0.2.0/24'] }), PEER],
    [
      'perhaps',
      'for a network, with a peer of unknown address',
      rule({ cidrs: ['10.0.1.0/24'] }),
      { groups: [] },
    ],
    ['perhaps', 'for a prefix list', rule({ prefixLists: ['pl-1'] }), PEER],
    [
      'open',
      'for a range that includes the port',
      rule({ fromPort: 0, toPort: 65535, groups: ['sg-1'] }),
      PEER,
    ],
    ['closed', 'for higher ports', rule({ fromPort: 2050, toPort: 2060, groups: ['sg-1'] }), PEER],
    ['closed', 'for UDP', rule({ protocol: 'udp', groups: ['sg-1'] }), PEER],
    ['open', 'for TCP as a number', rule({ protocol: '6', groups: ['sg-1'] }), PEER],
    [
      'open',
      'for all protocols, which have no ports',
      rule({ protocol: '-1', fromPort: undefined, toPort: undefined, groups: ['sg-1'] }),
      PEER,
    ],
  ])('is %s %s', (expected, _, given, peer) => {
    expect(reachability([given], 2049, peer)).toBe(expected);
  });

  test('that allows the connection is sufficient among others', () => {
    expect(
      reachability(
        [rule({}), rule({ prefixLists: ['pl-1'] }), rule({ groups: ['sg-1'] })],
        2049,
        PEER,
      ),
    ).toBe('open');
    expect(reachability([], 2049, PEER)).toBe('closed');
  });
});

test.each<[string, string, boolean]>([
  ['10.0.0.0/16', '10.0.1.0/24', true],
  ['10.0.1.0/24', '10.0.0.0/16', false],
  ['10.0.1.0/24', '10.0.1.7/32', true],
  ['10.0.1.0/24', '10.0.2.7/32', false],
  ['0.0.0.0/0', '255.255.255.255/32', true],
  ['128.0.0.0/1', '192.168.0.1/32', true],
  ['::/0', '10.0.0.1/32', false],
])('%s covers %s: %s', (outer, inner, expected) => {
  expect(covers(outer, inner)).toBe(expected);
});
