/**
 * Installs the SDK's runtime, once per process and before the first worker. Its log lines go to longhaul's
 * log, one level lower where they are no news for an operator. It handles no process signals: the command
 * stops the workers in order.
 */
import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { LogMetadata, Logger } from '@temporalio/worker';
import type { Logger as Log } from 'pino';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Each worker runs either workflows or activities, by design. */
const BY_DESIGN = /^No (activities|workflows|Nexus services) registered/;
/** Logged by every poller while the server is unreachable; server-watch.ts reports an outage once. */
const OUTAGE = /^gRPC call \w+ retried \d+ times/;
const isNoNews = (message: string): boolean => BY_DESIGN.test(message) || OUTAGE.test(message);

export function installRuntime(log: Log): void {
  Runtime.install({
    logger: sdkLogger(log),
    shutdownSignals: [],
    telemetryOptions: {
      logging: {
        filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }),
        forward: {},
      },
    },
  });
}

/** Returns a logger for the SDK that writes to `log`. */
export function sdkLogger(log: Log): Logger {
  const write = (level: Level, message: string, meta: LogMetadata = {}): void => {
    const { error, ...rest } = meta as LogMetadata & { readonly error?: unknown };
    log[level]({ ...rest, ...(error === undefined ? {} : { err: error }) }, message);
  };
  const logger: Logger = {
    log: (level, message, meta) => {
      logger[level.toLowerCase() as Lowercase<typeof level>](message, meta);
    },
    trace: (message, meta) => write('trace', message, meta),
    debug: (message, meta) => write('trace', message, meta),
    info: (message, meta) => write('debug', message, meta),
    warn: (message, meta) => write(isNoNews(message) ? 'debug' : 'warn', message, meta),
    error: (message, meta) => write('error', message, meta),
  };
  return logger;
}
