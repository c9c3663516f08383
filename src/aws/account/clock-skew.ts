/** How far this machine's clock is from that of the service, by the Date of its answers. */
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
  /** Positive: this machine is ahead. Undefined before the first answer. */
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
