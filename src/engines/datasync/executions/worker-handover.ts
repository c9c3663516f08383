/** Abort reasons of Temporal's SDK after which another attempt follows, on this worker or another. */
const HANDOVER_REASONS: ReadonlySet<string> = new Set([
  'WORKER_SHUTDOWN',
  'TIMED_OUT',
  'NOT_FOUND',
  'RESET',
  'HEARTBEAT_TIMEOUT',
]);

/** Returns true when the next attempt adopts the execution, which must therefore keep running. */
export function isWorkerHandover(signal: AbortSignal): boolean {
  const { message } = (signal.reason ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' && HANDOVER_REASONS.has(message);
}
