/** Measures the clock of this machine against the Date header of a service's responses. */
interface Response {
  readonly response?: { readonly headers?: Readonly<Record<string, string>> };
}
type Next = (args: object) => Promise<Response>;
interface Stack {
  add(
    middleware: (next: Next) => Next,
    options: { readonly step: 'deserialize'; readonly priority: 'low'; readonly name: string },
  ): void;
}

export function watchClock(client: { readonly middlewareStack: unknown }): {
  /** Positive when this machine is ahead; undefined before the first response. */
  readonly skewMs: () => number | undefined;
} {
  let skewMs: number | undefined;
  (client.middlewareStack as Stack).add(
    (next) => async (args) => {
      const reply = await next(args);
      const date = Date.parse(reply.response?.headers?.['date'] ?? '');
      if (!Number.isNaN(date)) skewMs = Date.now() - date;
      return reply;
    },
    { step: 'deserialize', priority: 'low', name: 'watchClock' },
  );
  return { skewMs: () => skewMs };
}
