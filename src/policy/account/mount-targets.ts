/** Checks that the zone of DataSync's subnet has a mount target that DataSync can reach. */
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

/** Checks only the security groups while the file system does not exist. */
export function mountTargetChecks(facts: AccountFacts): AccountCheck[] {
  const { fileSystem, wanted } = facts;
  if (fileSystem === undefined) {
    return wanted.create ? [groupCheckOf(facts, wanted.mountTargetSecurityGroups)] : [];
  }
  const usable = facts.mountTargets.filter(({ state }) => state === 'available');
  const id = subnetOfDataSync(facts);
  const own = usable.find(({ subnet }) => subnet === id);
  if (own !== undefined) {
    return [
      fine(CHECK, `${own.id} in ${id}`),
      groupCheckOf(facts, own.securityGroups, own.address),
    ];
  }
  const fix = 'Create it: longhaul provision SPEC --apply.';
  if (usable.length === 0) return [wrong(CHECK, 'none is available', fix)];
  return inOtherSubnet(facts, usable);
}

/** A mount target in another subnet of the same zone is sufficient. */
function inOtherSubnet(facts: AccountFacts, usable: readonly MountTargetFacts[]): AccountCheck[] {
  const id = subnetOfDataSync(facts);
  const zones = [...new Set(usable.map(({ zone = '?' }) => zone))].join(', ');
  const subnet = findSubnet(facts, id);
  if ('unavailable' in subnet) {
    const found = `none in ${id}; it must be in one of the zones ${zones}; ${subnet.unavailable}`;
    return [notKnown(CHECK, found, showSubnets([id], 'AvailabilityZone'))];
  }
  const zone = subnet.value?.zone;
  const near = usable.find((target) => target.zone === zone);
  if (near === undefined) {
    const fix = `Use a subnet in ${zones}, or create a mount target in ${zone ?? 'its zone'}.`;
    return [wrong(CHECK, `none in ${zone ?? 'the zone'} of ${id}, only in ${zones}`, fix)];
  }
  return [
    fine(CHECK, `${near.id} in ${near.subnet}, in the zone of ${id}`),
    groupCheckOf(facts, near.securityGroups, near.address),
  ];
}

function groupCheckOf(facts: AccountFacts, to: readonly string[], address?: string): AccountCheck {
  const subnet = findSubnet(facts, subnetOfDataSync(facts));
  const connection = {
    from: facts.wanted.securityGroups,
    to,
    address,
    subnet: 'value' in subnet ? subnet.value : undefined,
  };
  return groupCheck(connection, facts.context.securityGroups);
}
