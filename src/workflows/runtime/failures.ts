/** What went wrong in an activity or a child, as a code and a sentence. */
import { CODES, type Code } from '../../errors/codes.ts';

interface Thrown {
  readonly type?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly details?: unknown;
}

/** The innermost failure that carries one of our codes; else the innermost message, as a BUG. */
export function reasonOf(thrown: unknown): { readonly code: Code; readonly because: string } {
  let message = String(thrown);
  let next = thrown;
  for (let depth = 0; typeof next === 'object' && next !== null && depth < 10; depth++) {
    const error = next as Thrown;
    if (typeof error.message === 'string') message = error.message;
    if (typeof error.type === 'string' && Object.hasOwn(CODES, error.type)) {
      return { code: error.type as Code, because: saidIn(error) ?? message };
    }
    next = error.cause;
  }
  return { code: 'BUG', because: message };
}

/**
 * The failure's own sentence: its message ends with the code and what to type, which the blocked
 * chunk shows beside it. Undefined when it was not made by our activities.
 */
function saidIn({ details }: Thrown): string | undefined {
  const failure: unknown = Array.isArray(details) ? details[0] : undefined;
  if (typeof failure !== 'object' || failure === null) return undefined;
  const { message, path } = failure as { readonly message?: unknown; readonly path?: unknown };
  if (typeof message !== 'string') return undefined;
  return typeof path === 'string' && !message.includes(path) ? `${message} (${path})` : message;
}
