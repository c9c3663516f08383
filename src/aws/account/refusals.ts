/** Replaces refused calls of a read-only client by empty responses, and records each. */
import { isDenial } from '../failures.ts';
import { shorten } from './answer.ts';

interface Context {
  /** 'ListAgentsCommand'. */
  readonly commandName?: string;
}
type Next = (args: object) => Promise<object>;
interface Stack {
  add(
    middleware: (next: Next, context: Context) => Next,
    options: { readonly step: 'initialize'; readonly priority: 'high'; readonly name: string },
  ): void;
}

/** Adds to `refused` (call → AWS's message) for the life of the client. */
export function recordRefusals(
  client: { readonly middlewareStack: unknown },
  refused: Map<string, string>,
): void {
  (client.middlewareStack as Stack).add(
    (next, { commandName = '' }) =>
      async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (!isDenial(error)) throw error;
          const { name, message } = error as Error;
          refused.set(commandName.replace(/Command$/, ''), shorten(`${name}: ${message}`));
          return { output: { $metadata: {} } };
        }
      },
    { step: 'initialize', priority: 'high', name: 'recordRefusals' },
  );
}
