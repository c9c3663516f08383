/** Arguments and options that several commands share, and their parsers. */
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
export interface AttributionOptions {
  readonly by?: string;
  readonly reason?: string;
}

export const nameArgument = ['<name>', 'the migration'] as const;
export const specArgument = ['<spec>', 'the migration spec, a YAML file'] as const;

export const jsonOption: OptionDefinition = {
  flags: '--json',
  description: 'print JSON, one record per line, each with "type" and "v"',
};
export const stateOption: OptionDefinition = {
  flags: '--state <directory>',
  description: 'state directory (default: $LONGHAUL_STATE, else the one `start` recorded)',
};
export const byOption: OptionDefinition = {
  flags: '--by <who>',
  description: 'who requests this, for the ledger (default: the current user)',
};
export const reasonOption: OptionDefinition = {
  flags: '--reason <text>',
  description: 'the reason, for the ledger',
};
export const yesOption: OptionDefinition = {
  flags: '--yes',
  description: 'do not ask to type the name',
};

/** Returns who requests something, and why. `by` defaults to the user who runs this process. */
export function attribution({ by, reason }: AttributionOptions): { by: string; reason?: string } {
  return { by: by ?? currentUser(), ...(reason === undefined ? {} : { reason }) };
}

function currentUser(): string {
  try {
    return process.env['USER'] ?? userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // containers may have no passwd entry
  }
}

/** Parses '50 Mbit/s' to bytes per second, 'none' to undefined. Throws USAGE. */
export function rateOption(text: string): number | undefined {
  if (text === 'none') return undefined;
  const rate = parseRate(text);
  if (rate === undefined || rate <= 0) {
    throw usage(`Expected a rate such as "50 Mbit/s", or "none", got "${text}"`);
  }
  return rate;
}

/** Parses a whole number that is not negative. Throws USAGE. */
export function countOption(flag: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw usage(`Expected a whole number after ${flag}, got "${text}"`);
  return Number(text);
}

/** Parses a TCP port. Throws USAGE. */
export function parsePort(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw usage(`Expected a port from 1 to 65535, got "${text}"`);
  }
  return number;
}
