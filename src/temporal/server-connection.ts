/** The connection parameters of a server, for the SDK's Connection and NativeConnection. */
import type { NativeConnectionOptions } from '@temporalio/worker';

export interface ServerConnection {
  readonly connectionOptions: Pick<NativeConnectionOptions, 'tls' | 'apiKey' | 'metadata'> & {
    readonly address: string;
  };
  readonly namespace: string;
  /** Describes how the server was found, for messages. */
  readonly how: string;
}
