/** Reads the failure of an activity or a child workflow as a code and a sentence. */
import { CODES, type Code } from '../../errors/codes.ts';
import { causeChain, type Thrown } from '../../errors/thrown.ts';

/** Returns the outermost failure with a code of CODES; else BUG with the innermost message. */
export function reasonOf(thrown: unknown): { readonly code: Code; readonly because: string } {
  let message = String(thrown);
  for (const error of causeChain(thrown)) {
    if (typeof error.message === 'string') message = error.message;
    if (typeof error.type === 'string' && Object.hasOwn(CODES, error.type)) {
      return { code: error.type as Code, because: sentenceIn(error) ?? message };
    }
  }
  return { code: 'BUG', because: message };
}

/**
 * Returns the failure's sentence without the code and hint that the full message ends with, since a
 * blocked chunk shows both separately. Undefined if the failure is not from an activity of longhaul.
 */
function sentenceIn({ details }: Thrown): string | undefined {
  const failure: unknown = Array.isArray(details) ? details[0] : undefined;
  if (typeof failure !== 'object' || failure === null) return undefined;
  const { message, path } = failure as { readonly message?: unknown; readonly path?: unknown };
  if (typeof message !== 'string') return undefined;
  return typeof path === 'string' && !message.includes(path) ? `${message} (${path})` : message;
}
