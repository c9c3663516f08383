/** A call that is refused or does not answer is a fact too. */
import type { Told } from '../../policy/account/surroundings.ts';
import { awsFailure } from '../failures.ts';

/** Throws only what is our own mistake. */
export async function told<T>(ask: () => Promise<T>): Promise<Told<T>> {
  try {
    return { told: await ask() };
  } catch (error) {
    if (awsFailure('look', error).code === 'BUG') throw error;
    const { name, message } = error as Error;
    return { notTold: shortly(`${name}: ${message}`) };
  }
}

/** EC2 adds a coded message of a thousand letters to what it refuses. */
export function shortly(text: string): string {
  const [line = ''] = text.split('\n');
  return line.replace(/ Encoded authorization failure message: .*$/, '').slice(0, 300);
}
