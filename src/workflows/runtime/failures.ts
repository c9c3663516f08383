/** What went wrong in an activity or a child, as a code and a sentence. */
import { CODES, type Code } from '../../errors/codes.ts';
import { causeChain, type Thrown } from '../../errors/thrown.ts';

/** The innermost failure that carries one of our codes; else the innermost message, as a BUG. */
export function reasonOf(thrown: unknown): { readonly code: Code; readonly because: string } {
  let message = String(thrown);
  for (const error of causeChain(thrown)) {
    if (typeof error.message === 'string') message = error.message;
    if (typeof error.type === 'string' && Object.hasOwn(CODES, error.type)) {
      return { code: error.type as Code, because: saidIn(error) ?? message };
    }
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
