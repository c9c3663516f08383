/** The locations of tasks. `below` is a directory in the tree; '' is its root. */
import { efsLocation, efsUri, mountOf, nfsLocation, nfsUri } from '../../../aws/locations.ts';
import { MIGRATION_TAG } from '../../../aws/names.ts';
import { mountsAlike } from '../../../policy/provision/steps.ts';
import { findOrCreate, type ResourceServices } from './find-or-create.ts';

export const nfsKey = (agentArn: string, below: string): string => `nfs ${agentArn} ${below}`;
export const efsKey = (below: string): string => `efs ${below}`;

/** Returns the ARN of the NFS location of the lane's agent alone. */
export async function nfsLocationArn(
  services: ResourceServices,
  lane: number,
  below: string,
): Promise<string> {
  const { api, agents, options } = services;
  const { arn: agent } = await agents.ofLane(lane);
  return findOrCreate(services, nfsKey(agent, below), {
    find: () =>
      findOwn(services, nfsUri(options.spec, below), async (arn) => {
        const found = await api.agentsOfLocation(arn);
        return found.length === 1 && found[0] === agent;
      }),
    create: () => api.createNfs(nfsLocation(options.spec, agent, below)),
  });
}

export async function efsLocationArn(services: ResourceServices, below: string): Promise<string> {
  const { api, destination } = services;
  const { spec, fileSystem } = await destination.resolve();
  const wanted = efsLocation(spec, fileSystem, below);
  return findOrCreate(services, efsKey(below), {
    find: () =>
      findOwn(services, efsUri(spec, fileSystem, below), async (arn) =>
        mountsAlike(await api.mountOfLocation(arn), mountOf(wanted)),
      ),
    create: () => api.createEfs(wanted),
  });
}

/** Ignores locations of others, who may delete them at any time. */
async function findOwn(
  { api, options }: ResourceServices,
  uri: string,
  fits: (arn: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const arn of await api.locations(uri)) {
    const tags = await api.tags(arn);
    if (tags.get(MIGRATION_TAG) === options.spec.name && (await fits(arn))) return arn;
  }
  return undefined;
}
