/**
 * The environment as typed configuration, read once at the door of a program. TEMPORAL_* is not in
 * here: @temporalio/envconfig reads that.
 */
import { z } from 'zod';
import { LonghaulError } from './errors/failure.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Config {
  /** Absolute; undefined when LONGHAUL_STATE is not set. */
  readonly stateDirectory: string | undefined;
  readonly noColor: boolean;
  readonly logLevel: LogLevel;
}

// An empty variable is one that is not set: that is how shells and unit files unset them.
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

/** Throws USAGE that names every variable that is wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { data, error } = schema.safeParse(env);
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return `\n  ${name}: ${message}, got "${env[name] ?? ''}"`;
    });
    throw new LonghaulError('USAGE', `The environment is not right:${problems.join('')}`, {
      hint: 'Mend or unset the variables above.',
    });
  }
  return {
    stateDirectory: data.LONGHAUL_STATE,
    noColor: data.NO_COLOR !== undefined,
    logLevel: data.LONGHAUL_LOG_LEVEL,
  };
}
