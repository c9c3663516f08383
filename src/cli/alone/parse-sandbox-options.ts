/** Parsers for the options of `longhaul sandbox`. Each throws USAGE. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StartAgent } from '../../sandbox/sandbox.ts';
import { usage } from '../command/exit.ts';

/**
 * Maps 'SERVER:/PATH' to directories. Each value given is 'SERVER:/PATH=DIRECTORY', or a directory with a
 * folder for each server.
 */
export function readExports(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(given.flatMap(readExport));
}

function readExport(text: string): (readonly [string, string])[] {
  const [, server, path, directory] = /^([^:=/]+):(\/[^=]*)=(.+)$/.exec(text) ?? [];
  if (server !== undefined && path !== undefined && directory !== undefined) {
    return [[`${server}:${path}`, existing(directory)]];
  }
  const root = existing(text);
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [`${name}:/`, join(root, name)] as const);
}

function existing(directory: string): string {
  const path = resolve(directory);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw usage(
      `There is no directory ${path} to export`,
      'Write --exports DIRECTORY with a folder for each server, or SERVER:/PATH=DIRECTORY.',
    );
  }
  return path;
}

/** Parses agents, each given by its name or by an ARN as a spec names it. */
export function readAgents(given: readonly string[]): StartAgent[] {
  return given.map((text) =>
    text.startsWith('arn:') ? { name: text.split('/').at(-1) ?? text, arn: text } : { name: text },
  );
}

export function parseTimeScale(text: string): number {
  const factor = Number(text);
  if (!(factor > 0 && Number.isFinite(factor))) {
    throw usage(`Expected a factor above 0, such as 600, got "${text}"`);
  }
  return factor;
}

export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw usage(`Expected a whole number, got "${text}"`);
  return seed;
}

export function parseRegion(text: string): string {
  if (/^[a-z]{2,}(-[a-z]+)+-\d$/.test(text)) return text;
  throw usage(`Expected a region such as eu-central-1, got "${text}"`);
}

export function parseAccount(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw usage(`Expected twelve digits, got "${text}"`);
}
