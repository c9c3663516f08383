/** Colours for a terminal. They repeat what the text says; without them, each function returns its input. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

const plain = (text: string): string => text;
const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

export const NO_PAINT: Paint = { bold: plain, dim: plain, good: plain, warn: plain, bad: plain };
const COLOURS: Paint = { bold: sgr(1), dim: sgr(2), good: sgr(32), warn: sgr(33), bad: sgr(31) };

export function paintFor(on: boolean): Paint {
  return on ? COLOURS : NO_PAINT;
}
