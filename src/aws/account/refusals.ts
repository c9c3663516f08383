/** Calls that are refused to a client which only looks: each gets an answer without content, and a note. */
import { isDenial } from '../failures.ts';
import { shortly } from './told.ts';

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

/** Call → what was said, as they come; from now on, and for the life of the client. */
export function noteRefusals(
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
          refused.set(commandName.replace(/Command$/, ''), shortly(`${name}: ${message}`));
          return { output: { $metadata: {} } };
        }
      },
    { step: 'initialize', priority: 'high', name: 'noteRefusals' },
  );
}
