/** What cannot be undone wants the name typed, or --yes. */
import { createInterface } from 'node:readline/promises';
import { LonghaulError } from '../../errors/failure.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** Throws NOT_CONFIRMED. `what`: a sentence that says what will happen. */
export async function confirmName(
  terminal: Terminal,
  { name, what, yes }: { readonly name: string; readonly what: string; readonly yes: boolean },
): Promise<void> {
  if (yes) return;
  if (!terminal.interactive || process.stdin.isTTY !== true) {
    throw new LonghaulError('NOT_CONFIRMED', `${what} Nobody is here to confirm it`);
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await lines.question(`${what}\nType ${name} to go on: `, {
      signal: terminal.signal,
    });
    if (typed.trim() === name) return;
    throw new LonghaulError('NOT_CONFIRMED', `Expected "${name}", got "${typed.trim()}"`);
  } finally {
    lines.close();
  }
}
