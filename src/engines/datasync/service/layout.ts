/** Chooses the task layout of the migration once, and binds chunks to lanes by it. */
import { chooseLayout, type LayoutAnswer } from '../../../policy/datasync/layout.ts';
import type { ResourceServices } from './find-or-create.ts';

export function migrationLayout({ options, api, memory }: ResourceServices): Promise<LayoutAnswer> {
  return memory.exclusive(async () => {
    if (memory.layout !== undefined) return memory.layout;
    const { spec, chunkCount } = options;
    const own = `longhaul/${spec.name}/`;
    const others = (await api.tasks()).filter(({ name }) => name?.startsWith(own) !== true);
    const layout = chooseLayout({
      asked: spec.aws.layout,
      chunks: chunkCount(),
      agents: spec.source.agents.length,
      taskQuota: spec.aws.taskQuota,
      otherTasks: others.length,
    });
    memory.rememberLayout(layout);
    return layout;
  });
}

/** Returns every lane for a pool, and the chunk's own lane when each chunk has a task. */
export async function lanesFor(
  services: ResourceServices,
  chunk: string,
): Promise<readonly number[]> {
  const all = (await services.agents.all()).map(({ lane }) => lane);
  const { layout } = await migrationLayout(services);
  return layout === 'task-per-chunk' ? [boundLane(chunk, all.length)] : all;
}

/** The lane of a chunk that has a task of its own. */
export const boundLane = (chunk: string, lanes: number): number =>
  Number.parseInt(chunk, 10) % lanes || 0;
