/** The output of the demo: text, or with --json one record per sentence. */
import type { Terminal } from '../terminal/terminal.ts';
import { LonghaulError } from '../errors/failure.ts';

export interface Narrator {
  readonly terminal: Terminal;
  /** Begins a part with a title. */
  scene(title: string): void;
  /** Explains in a sentence or two what happens, and why. */
  tell(text: string): void;
  /** Quotes output of longhaul unchanged. */
  quote(text: string): void;
  /** Shows the command line that an operator would type. */
  typed(line: string): void;
  /** Milliseconds since the demo began. */
  elapsedMs(): number;
}

export function openNarrator(terminal: Terminal): Narrator {
  const began = performance.now();
  const elapsedMs = (): number => Math.round(performance.now() - began);
  const line = (kind: string, text: string, shown: string): void => {
    if (terminal.json) terminal.record(`demo ${kind}`, { elapsedMs: elapsedMs(), text });
    else terminal.print(shown);
  };
  return {
    terminal,
    elapsedMs,
    scene: (title) => line('scene', title, `\n${terminal.paint.bold(`== ${title}`)}`),
    tell: (text) => line('line', text, text),
    quote: (text) => line('quote', text, indent(text)),
    typed: (text) => line('command', text, terminal.paint.good(`$ ${text}`)),
  };
}

/** The failure with which every part of the demo ends at Ctrl-C. */
export const interrupted = (): LonghaulError =>
  new LonghaulError('INTERRUPTED', 'The demo was interrupted', {
    hint: 'All that it had made is removed.',
  });

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');
