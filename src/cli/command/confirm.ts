/** Confirmation of commands that cannot be undone: the user types the name, or passes --yes. */
import { createInterface } from 'node:readline/promises';
import { LonghaulError } from '../../errors/failure.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** Asks the user to type `name`. `what` is a sentence that says what will happen. Throws NOT_CONFIRMED. */
export async function confirmName(
  terminal: Terminal,
  { name, what, yes }: { readonly name: string; readonly what: string; readonly yes: boolean },
): Promise<void> {
  if (yes) return;
  if (!terminal.interactive || process.stdin.isTTY !== true) {
    throw new LonghaulError('NOT_CONFIRMED', `${what} It cannot be confirmed without a terminal`);
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await lines.question(`${what}\nType ${name} to continue: `, {
      signal: terminal.signal,
    });
    if (typed.trim() === name) return;
    throw new LonghaulError('NOT_CONFIRMED', `Expected "${name}", got "${typed.trim()}"`);
  } finally {
    lines.close();
  }
}
