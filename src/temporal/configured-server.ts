/**
 * The server that the operator configured, read from the same variables and the same temporal.toml as by
 * the `temporal` command line, so that one configuration serves both.
 */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { LonghaulError } from '../errors/failure.ts';
import type { ServerConnection } from './server-connection.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the configured server; undefined when neither the environment nor a profile names an address. */
export function configuredServer(env: Environment = process.env): ServerConnection | undefined {
  const { connectionOptions, namespace } = load(env);
  const { address, apiKey, metadata, tls } = connectionOptions;
  if (address === undefined) return undefined;
  return {
    how: env['TEMPORAL_ADDRESS']
      ? 'TEMPORAL_ADDRESS'
      : `profile ${profileName(env)} of temporal.toml`,
    namespace: namespace ?? 'default',
    connectionOptions: {
      address,
      ...(tls === undefined || tls === null ? {} : { tls }),
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(metadata === undefined ? {} : { metadata }),
    },
  };
}

/** Returns the namespace of the environment or the profile, even when they name no address. */
export function configuredNamespace(env: Environment = process.env): string {
  return load(env).namespace ?? 'default';
}

function profileName(env: Environment): string {
  return env['TEMPORAL_PROFILE'] || 'default';
}

function load(env: Environment): ReturnType<typeof loadClientConnectConfig> {
  const set = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  try {
    return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
  } catch (error) {
    throw new LonghaulError('USAGE', `Temporal's configuration: ${(error as Error).message}`, {
      hint: 'Fix temporal.toml or the TEMPORAL_… variables; `temporal env list` reads the same configuration.',
      cause: error,
    });
  }
}
