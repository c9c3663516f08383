/**
 * Reads longhaul's environment variables as typed configuration, once per program. TEMPORAL_* variables are
 * read by @temporalio/envconfig.
 */
import { z } from 'zod';
import { LonghaulError } from './errors/failure.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Config {
  /** Absolute; undefined if LONGHAUL_STATE is not set. */
  readonly stateDirectory: string | undefined;
  readonly noColor: boolean;
  readonly logLevel: LogLevel;
}

// Shells and unit files unset a variable by making it empty.
const unsetWhenEmpty = (value: unknown): unknown => (value === '' ? undefined : value);

const schema = z.object({
  LONGHAUL_STATE: z.preprocess(
    unsetWhenEmpty,
    z.string().startsWith('/', { error: 'expected an absolute path' }).optional(),
  ),
  NO_COLOR: z.preprocess(unsetWhenEmpty, z.string().optional()),
  LONGHAUL_LOG_LEVEL: z.preprocess(
    unsetWhenEmpty,
    z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  ),
});

/** Throws USAGE, which names every invalid variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { data, error } = schema.safeParse(env);
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return `\n  ${name}: ${message}, got "${env[name] ?? ''}"`;
    });
    throw new LonghaulError('USAGE', `The environment is invalid:${problems.join('')}`, {
      hint: 'Fix or unset the variables above.',
    });
  }
  return {
    stateDirectory: data.LONGHAUL_STATE,
    noColor: data.NO_COLOR !== undefined,
    logLevel: data.LONGHAUL_LOG_LEVEL,
  };
}
