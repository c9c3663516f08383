/** How a client or a worker reaches a server: accepted by Connection and NativeConnection alike. */
import type { NativeConnectionOptions } from '@temporalio/worker';

export interface ServerConnection {
  readonly connectionOptions: Pick<NativeConnectionOptions, 'tls' | 'apiKey' | 'metadata'> & {
    readonly address: string;
  };
  readonly namespace: string;
  /** Which of the ways to a server this is, in words. */
  readonly how: string;
}
