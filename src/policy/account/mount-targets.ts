/** Whether DataSync finds a mount target in the zone of its subnet, and is let in. */
import {
  fine,
  notKnown,
  wrong,
  type AccountCheck,
  type AccountFacts,
  type MountTargetFacts,
} from './facts.ts';
import { groupCheck } from './security-groups.ts';
import { findSubnet, showSubnets, subnetOfDataSync } from './network.ts';

const CHECK = 'mount target';

/** Of a file system that is not there yet only the groups can be judged. */
export function mountTargetChecks(facts: AccountFacts): AccountCheck[] {
  const { fileSystem, wanted } = facts;
  if (fileSystem === undefined) {
    return wanted.create ? [groups(facts, wanted.mountTargetSecurityGroups)] : [];
  }
  const usable = facts.mountTargets.filter(({ state }) => state === 'available');
  const id = subnetOfDataSync(facts);
  const own = usable.find(({ subnet }) => subnet === id);
  if (own !== undefined) {
    return [fine(CHECK, `${own.id} in ${id}`), groups(facts, own.securityGroups, own.address)];
  }
  const fix = 'Make it: longhaul provision SPEC --apply.';
  if (usable.length === 0) return [wrong(CHECK, 'none is available', fix)];
  return nearby(facts, usable);
}

/** In another subnet of the same zone will do. */
function nearby(facts: AccountFacts, usable: readonly MountTargetFacts[]): AccountCheck[] {
  const id = subnetOfDataSync(facts);
  const zones = [...new Set(usable.map(({ zone = '?' }) => zone))].join(', ');
  const subnet = findSubnet(facts, id);
  if ('notTold' in subnet) {
    const found = `none in ${id}; it must be in one of the zones ${zones}; ${subnet.notTold}`;
    return [notKnown(CHECK, found, showSubnets([id], 'AvailabilityZone'))];
  }
  const zone = subnet.told?.zone;
  const near = usable.find((target) => target.zone === zone);
  if (near === undefined) {
    const fix = `Take a subnet of ${zones}, or make a mount target in ${zone ?? 'its zone'}.`;
    return [wrong(CHECK, `none in ${zone ?? 'the zone'} of ${id}, only in ${zones}`, fix)];
  }
  return [
    fine(CHECK, `${near.id} in ${near.subnet}, in the zone of ${id}`),
    groups(facts, near.securityGroups, near.address),
  ];
}

function groups(facts: AccountFacts, to: readonly string[], address?: string): AccountCheck {
  const subnet = findSubnet(facts, subnetOfDataSync(facts));
  const way = {
    from: facts.wanted.securityGroups,
    to,
    address,
    subnet: 'told' in subnet ? subnet.told : undefined,
  };
  return groupCheck(way, facts.around.securityGroups);
}
