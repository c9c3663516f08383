/**
 * Structured logs of workers: one JSON line per event, with ids. Secrets are redacted: members with the
 * names below, and anywhere in a line the values of secret environment variables and credentials in URLs.
 */
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET_MEMBERS = [
  'password',
  'passphrase',
  'secret',
  'token',
  'apiKey',
  'privateKey',
  'authorization',
  'credentials',
  'secretAccessKey',
  'sessionToken',
];
const SECRET_VARIABLE =
  /SECRET|PASSW|PASSPHRASE|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIAL|AUTHORIZATION/i;
/** Shorter values would mask ordinary words. */
const MIN_SECRET_CHARACTERS = 6;
export const REDACTED = '[redacted]';

export interface LogOptions {
  readonly level: LogLevel;
  readonly env: Environment;
  /** Default: standard error, because standard output is for results. */
  readonly destination?: DestinationStream;
}

export function createLog({ level, env, destination }: LogOptions): Logger {
  const mask = secretMask(env);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_MEMBERS.flatMap(atAnyDepth), censor: REDACTED },
      hooks: { streamWrite: mask },
    },
    destination ?? pino.destination(2),
  );
}

/** Pino's patterns cannot match any depth; longhaul logs nothing deeper than three levels. */
function atAnyDepth(name: string): readonly string[] {
  return [name, `*.${name}`, `*.*.${name}`];
}

/** Returns a function that removes the secrets of `env`, and credentials in URLs, from a text. */
export function secretMask(env: Environment): (text: string) => string {
  const secrets = Object.entries(env)
    .filter(
      ([name, value]) =>
        SECRET_VARIABLE.test(name) && (value ?? '').length >= MIN_SECRET_CHARACTERS,
    )
    .flatMap(([, value = '']) => [value, JSON.stringify(value).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const secret of secrets) masked = masked.replaceAll(secret, REDACTED);
    return masked.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s"@]+@/gi, `$1${REDACTED}@`);
  };
}
