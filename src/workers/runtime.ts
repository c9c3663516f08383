/**
 * The SDK's own log lines through ours, once a process and before the first worker. What it calls INFO
 * (workers that change state) and its warnings about what is so by design, or is told once elsewhere,
 * are details here. Signals are the command's business: it stops the workers in their order.
 */
import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { LogMetadata, Logger } from '@temporalio/worker';
import type { Logger as Log } from 'pino';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Each worker is one half on purpose: workflows here, activities there. */
const BY_DESIGN = /^No (activities|workflows|Nexus services) registered/;
/** Of each poller again and again while the server is away; server-watch.ts says that once. */
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

/** Lines of the SDK as lines of our log, one level down when they are no news for an operator. */
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
