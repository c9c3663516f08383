/** Agents: activation, status by silence, deletion rules. */
import { invalidRequest } from '../wire/service-error.ts';
import { page, type PageRequest } from './paging.ts';
import { agentStatus, find, newArn, type Agent, type Tag, type World } from '../world/datasync.ts';

interface CreateAgentRequest {
  readonly ActivationKey: string;
  readonly AgentName?: string;
  readonly Tags?: Tag[];
  readonly VpcEndpointId?: string;
  readonly SubnetArns?: string[];
  readonly SecurityGroupArns?: string[];
}

export function createAgent(world: World, request: CreateAgentRequest): unknown {
  return { AgentArn: addAgent(world, newArn(world, 'agent', 'agent'), request) };
}

type AgentFields = Omit<CreateAgentRequest, 'ActivationKey'>;

/** Adds an agent, also one that exists from the start. Returns its ARN. */
export function addAgent(world: World, arn: string, request: AgentFields): string {
  const now = world.clock.now();
  const { VpcEndpointId, SubnetArns, SecurityGroupArns } = request;
  world.agents.set(arn, {
    arn,
    name: request.AgentName,
    createdAt: now,
    lastContactAt: now,
    up: true,
    privateLink:
      VpcEndpointId === undefined
        ? undefined
        : { VpcEndpointId, PrivateLinkEndpoint: '10.0.0.10', SubnetArns, SecurityGroupArns },
  });
  world.tags.set(arn, request.Tags ?? []);
  return arn;
}

export function describeAgent(world: World, { AgentArn }: { AgentArn: string }): unknown {
  const agent = find(world.agents, 'Agent', AgentArn);
  return {
    AgentArn,
    Name: agent.name,
    Status: agentStatus(world, agent),
    LastConnectionTime: agent.lastContactAt / 1000,
    CreationTime: agent.createdAt / 1000,
    EndpointType: agent.privateLink ? 'PRIVATE_LINK' : 'PUBLIC',
    PrivateLinkConfig: agent.privateLink,
    Platform: { Version: '1.0.0' },
  };
}

export function listAgents(world: World, request: PageRequest): unknown {
  const all = [...world.agents.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1));
  const { items, NextToken } = page(all, request);
  return { Agents: items.map((agent) => entry(world, agent)), NextToken };
}

function entry(world: World, agent: Agent): unknown {
  return {
    AgentArn: agent.arn,
    Name: agent.name,
    Status: agentStatus(world, agent),
    Platform: { Version: '1.0.0' },
  };
}

export function updateAgent(world: World, request: { AgentArn: string; Name?: string }): unknown {
  find(world.agents, 'Agent', request.AgentArn).name = request.Name;
  return {};
}

export function deleteAgent(world: World, { AgentArn }: { AgentArn: string }): unknown {
  find(world.agents, 'Agent', AgentArn);
  const users = [...world.locations.values()].filter((location) => {
    const config = location.fields['OnPremConfig'] as { AgentArns?: string[] } | undefined;
    return config?.AgentArns?.includes(AgentArn);
  });
  if (users.length > 0) {
    throw invalidRequest(
      `Agent ${AgentArn} is in-use by these location(s): ${users.map((u) => u.arn).join(', ')}`,
    );
  }
  world.agents.delete(AgentArn);
  world.tags.delete(AgentArn);
  return {};
}
