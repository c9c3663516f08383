/** Where the Temporal server is: the environment, a temporal.toml profile, or the one `up` started. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { LonghaulError } from '../errors.ts';
import { userStateFolder } from './pointer.ts';

export interface ServerAddress {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl?: string;
  readonly connectionOptions: ConnectionOptions;
  /** For people: which of the places said so. */
  readonly from: string;
}

/** Throws SERVER_UNREACHABLE when no place names a server. */
export function findServer(stateDirectory: string | undefined): ServerAddress {
  const configured = loadClientConnectConfig();
  const namespace = configured.namespace ?? 'default';
  const address = configured.connectionOptions.address;
  if (address !== undefined && address !== '') {
    const from = process.env['TEMPORAL_ADDRESS'] === address ? 'TEMPORAL_ADDRESS' : 'temporal.toml';
    return { address, namespace, connectionOptions: configured.connectionOptions, from };
  }
  const tried: string[] = [];
  for (const folder of [stateDirectory, userStateFolder()]) {
    if (folder === undefined) continue;
    const file = join(folder, 'temporal/server.json');
    tried.push(file);
    const server = readServer(file);
    if (server !== undefined) return { ...server, namespace, from: file };
  }
  throw new LonghaulError(
    'SERVER_UNREACHABLE',
    `No Temporal server is known: TEMPORAL_ADDRESS and temporal.toml name none, and there is no ${tried.join(' or ')}`,
  );
}

function readServer(file: string): Omit<ServerAddress, 'namespace' | 'from'> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { address, uiUrl } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    if (typeof address !== 'string') return undefined;
    return {
      address,
      connectionOptions: { address },
      ...(typeof uiUrl === 'string' ? { uiUrl } : {}),
    };
  } catch {
    return undefined;
  }
}
