/** A client for the length of one command. */
import type { LonghaulClient } from '../../client/client.ts';
import { toFailure } from '../../errors/failure.ts';
import type { StateOption } from './options.ts';
import { withSuggestion } from './suggest.ts';

export interface Target extends StateOption {
  /** The migration, when the command is about one. */
  readonly name?: string;
}

/** Loads Temporal only now. `stateDirectory` is undefined when nothing names one. */
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
