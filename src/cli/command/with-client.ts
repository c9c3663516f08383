/** A Temporal client for the duration of one command. */
import type { LonghaulClient } from '../../client/client.ts';
import { toFailure } from '../../errors/failure.ts';
import type { StateOption } from './options.ts';
import { withSuggestion } from './with-suggestion.ts';

export interface Target extends StateOption {
  /** Name of the migration, when the command is about one. */
  readonly name?: string;
}

/**
 * Runs `work` with a connected client. Temporal's SDK is loaded only now, since commands without a server
 * do without it. `stateDirectory` is undefined when none is known.
 */
export async function withClient<T>(
  { state, name }: Target,
  work: (client: LonghaulClient, stateDirectory: string | undefined) => Promise<T>,
): Promise<T> {
  const { findStateDirectory } = await import('../../client/pointer.ts');
  const { connect } = await import('../../client/client.ts');
  const stateDirectory = findStateDirectory({ state, name });
  const client = await connect({ stateDirectory });
  try {
    return await work(client, stateDirectory);
  } catch (error) {
    if (toFailure(error).code !== 'NO_SUCH_MIGRATION' || name === undefined) throw error;
    const names = await client
      .list(() => undefined)
      .then((rows) => rows.map(({ migration }) => migration));
    throw withSuggestion(error, name, names);
  } finally {
    await client.close();
  }
}
