/** Cuts a run at a chosen call to AWS, as `kill -9` would: before the request, after it, or after its reply. */
import type { AwsClients } from '../../../src/aws/clients.ts';

export const MOMENTS = ['before the request', 'after the request', 'after the reply'] as const;
export type Moment = (typeof MOMENTS)[number];

export interface Scissors {
  /** The operations called so far, in order: 'CreateTaskCommand'. */
  readonly calls: readonly string[];
}

/** At the request `at`, counted from 1 over all clients; never when absent. */
export function cutAt(clients: AwsClients, at = 0, moment?: Moment): Scissors {
  const calls: string[] = [];
  const { datasync, datasyncOnce, efs } = clients;
  for (const client of new Set([datasync, datasyncOnce, efs])) {
    const stack = client.middlewareStack as unknown as Stack;
    stack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const now = calls.push(commandName) === at;
          if (now && moment === 'before the request') throw cut();
          const reply = await next(args);
          if (now && moment === 'after the request') throw cut();
          return reply;
        },
      { step: 'deserialize', priority: 'low', name: 'cutRequest' },
    );
    stack.add(
      (next) => async (args) => {
        const before = calls.length;
        const replied = await next(args).then(
          (reply) => () => reply,
          (error: Error) => () => {
            throw error;
          },
        );
        if (moment === 'after the reply' && before < at && calls.length >= at) throw cut();
        return replied();
      },
      { step: 'initialize', name: 'cutReply' },
    );
  }
  return { calls };
}

type Next = (args: object) => Promise<object>;
interface Stack {
  add(
    middleware: (next: Next, context: { readonly commandName?: string }) => Next,
    options: { readonly step: string; readonly priority?: string; readonly name: string },
  ): void;
}

/** No name, code or status that an SDK would try again for. */
const cut = (): Error => new Error('cut');
