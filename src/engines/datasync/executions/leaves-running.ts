/** Why a step is asked to end: what it started goes on, or is stopped first. */

/** As Temporal's SDK words the reasons for which an attempt ends and another one follows. */
const ANOTHER_FOLLOWS: ReadonlySet<string> = new Set([
  'WORKER_SHUTDOWN',
  'TIMED_OUT',
  'NOT_FOUND',
  'RESET',
  'HEARTBEAT_TIMEOUT',
]);

export function leavesWorkRunning(signal: AbortSignal): boolean {
  const { message } = (signal.reason ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' && ANOTHER_FOLLOWS.has(message);
}
