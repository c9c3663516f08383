/** Finds the Temporal server: the configured one, else the one that `up` started for the state directory or the user. */
import { connectionOptions } from '../temporal/server.ts';
import type { ServerConnection } from '../temporal/server-connection.ts';
import { LonghaulError } from '../errors/failure.ts';

/** Throws SERVER_UNREACHABLE if no place names a running server. Does not connect. */
export function findServer(stateDirectory: string | undefined): ServerConnection {
  const places = stateDirectory === undefined ? [{}] : [{ stateDirectory }, {}];
  const found = places.map((place) => attempt(() => connectionOptions(place)));
  const first = found.find((answer) => 'server' in answer);
  if (first !== undefined) return first.server;
  const because = found.flatMap((answer) => ('because' in answer ? answer.because : []));
  throw new LonghaulError('SERVER_UNREACHABLE', because.join('; '));
}

function attempt(
  look: () => ServerConnection,
): { readonly server: ServerConnection } | { readonly because: string } {
  try {
    return { server: look() };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (code !== 'SERVER_UNREACHABLE') throw error;
    return { because: message };
  }
}
