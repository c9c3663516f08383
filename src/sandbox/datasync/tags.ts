/** Tags of agents, locations, tasks and executions. */
import { notFound } from '../wire/service-error.ts';
import { page, type PageRequest } from './paging.ts';
import type { Tag, World } from '../world/datasync.ts';

function tagsOf(world: World, arn: string): Tag[] {
  const tags = world.tags.get(arn);
  if (!tags) throw notFound('Resource', arn);
  return tags;
}

export function tagResource(world: World, request: { ResourceArn: string; Tags: Tag[] }): unknown {
  const kept = tagsOf(world, request.ResourceArn).filter(
    (tag) => !request.Tags.some((added) => added.Key === tag.Key),
  );
  world.tags.set(request.ResourceArn, [...kept, ...request.Tags]);
  return {};
}

export function untagResource(
  world: World,
  request: { ResourceArn: string; Keys: string[] },
): unknown {
  const kept = tagsOf(world, request.ResourceArn).filter((tag) => !request.Keys.includes(tag.Key));
  world.tags.set(request.ResourceArn, kept);
  return {};
}

export function listTags(world: World, request: PageRequest & { ResourceArn: string }): unknown {
  const { items, NextToken } = page(tagsOf(world, request.ResourceArn), request);
  return { Tags: items, NextToken };
}
