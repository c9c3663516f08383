/**
 * Finds a resource by URI or name, or creates it. DataSync has no idempotency tokens, so a create request
 * is sent once, after a lookup; after a lost reply the resource is looked up again.
 */
import { isAmbiguous, SETTLE_MS } from './api-errors.ts';
import type { ResourceMemory } from './resource-memory.ts';
import type { AgentMonitor } from './agents.ts';
import type { DataSyncApi } from './api.ts';
import type { EfsDestination } from './efs-destination.ts';
import type { DataSyncEngineOptions } from './options.ts';
import type { Time } from './time.ts';

export interface ResourceServices {
  readonly options: DataSyncEngineOptions;
  readonly api: DataSyncApi;
  readonly agents: AgentMonitor;
  readonly memory: ResourceMemory;
  readonly destination: EfsDestination;
}

export interface FindAndCreate {
  /** Returns the ARN. */
  readonly find: () => Promise<string | undefined>;
  /** Returns the ARN. */
  readonly create: () => Promise<string>;
}

/** Returns the ARN, remembered under `key`. */
export async function findOrCreate(
  { memory, options }: ResourceServices,
  key: string,
  how: FindAndCreate,
): Promise<string> {
  const known = memory.arnOf(key);
  if (known !== undefined) return known;
  const arn = (await how.find()) ?? (await createOnce(how, options.time));
  memory.rememberArn(key, arn);
  return arn;
}

async function createOnce({ find, create }: FindAndCreate, time: Time): Promise<string> {
  try {
    return await create();
  } catch (error) {
    if (!isAmbiguous(error)) throw error;
    await time.sleep(SETTLE_MS);
    const created = await find();
    if (created === undefined) throw error;
    return created;
  }
}
