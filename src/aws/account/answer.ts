/** Turns a refused or failed call into data, so that the other facts about an account remain usable. */
import type { Answer } from '../../policy/account/context.ts';
import { awsFailure } from '../failures.ts';

const MAX_REASON_CHARACTERS = 300;

/** Throws only bugs of longhaul. */
export async function answerOf<T>(call: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (awsFailure('read the account', error).code === 'BUG') throw error;
    const { name, message } = error as Error;
    return { unavailable: shorten(`${name}: ${message}`) };
  }
}

/** Returns the first line, without the encoded message of about 1,000 characters that EC2 appends to a refusal. */
export function shorten(text: string): string {
  const [line = ''] = text.split('\n');
  return line
    .replace(/ Encoded authorization failure message: .*$/, '')
    .slice(0, MAX_REASON_CHARACTERS);
}
