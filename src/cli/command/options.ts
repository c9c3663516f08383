/** Options and defaults that several commands share. */
import { userInfo } from 'node:os';
import { parseRate } from '../../units.ts';
import type { OptionDefinition } from './command.ts';
import { usage } from './exit.ts';

export interface JsonOption {
  readonly json?: boolean;
}
export interface StateOption {
  readonly state?: string;
}
export interface AskedOptions {
  readonly by?: string;
  readonly reason?: string;
}

export const jsonOption: OptionDefinition = {
  flags: '--json',
  description: 'JSON for machines, one record a line, each with "type" and "v"',
};
export const stateOption: OptionDefinition = {
  flags: '--state <directory>',
  description: 'state directory (default: $LONGHAUL_STATE, else the one `start` recorded)',
};
export const byOption: OptionDefinition = {
  flags: '--by <who>',
  description: 'who asks, for the ledger (default: the user who runs this)',
};
export const reasonOption: OptionDefinition = {
  flags: '--reason <text>',
  description: 'why, for the ledger',
};
export const yesOption: OptionDefinition = {
  flags: '--yes',
  description: 'do not ask to type the name',
};

/** Who asks: --by, else the user this process runs as. */
export function asked({ by, reason }: AskedOptions): { by: string; reason?: string } {
  return { by: by ?? currentUser(), ...(reason === undefined ? {} : { reason }) };
}

function currentUser(): string {
  try {
    return process.env['USER'] ?? userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // without a passwd entry, as in containers
  }
}

/** '50 Mbit/s' → bytes a second; 'none' → undefined. Throws USAGE. */
export function rateOption(text: string): number | undefined {
  if (text === 'none') return undefined;
  const rate = parseRate(text);
  if (rate === undefined || rate <= 0) {
    throw usage(`Expected a rate such as "50 Mbit/s", or "none", got "${text}"`);
  }
  return rate;
}

/** '1000' → 1000; whole and not negative. Throws USAGE. */
export function countOption(flag: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw usage(`Expected a whole number after ${flag}, got "${text}"`);
  return Number(text);
}

/** Throws USAGE. */
export function parsePort(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw usage(`Expected a port from 1 to 65535, got "${text}"`);
  }
  return number;
}
