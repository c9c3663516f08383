/** The command line's only access to Temporal. */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { ProvisionJob } from '../protocol/provision.ts';
import type { Phase } from '../policy/rounds/phase.ts';
import type { MigrationMessages, MigrationVerb } from '../protocol/messages.ts';
import { migrationId } from '../protocol/names.ts';
import type { MigrationProgress } from '../protocol/reports.ts';
import { findServer } from './address.ts';
import type { ServerConnection } from '../temporal/server-connection.ts';
import { prepareServer } from '../temporal/prepare-server.ts';
import { hasEnded, noAnswer, notFound, translate, unreachable } from './failures.ts';
import { listChunks, listMigrations, withReasons, type RecordedStart } from './listing.ts';
import { runningChunks } from './live.ts';
import { observeProvision, startProvision, type ProvisionObservation } from './provision.ts';
import { startMigration, type StartOptions, type Started } from './start.ts';
import { isPolled, sendMessage } from './messages.ts';
import type { ChunkRow, MigrationRow, Sent, Snapshot } from './snapshot.ts';

const CONNECT_WITHIN_MS = 5000;
const ANSWER_WITHIN_MS = 6000;
const PREPARE_WITHIN_MS = 15_000;

export interface ConnectOptions {
  /** Absolute. The server that `up` started in it is used if nothing else names one. */
  readonly stateDirectory?: string | undefined;
}

/** Throws SERVER_UNREACHABLE within a few seconds. */
export async function connect({ stateDirectory }: ConnectOptions = {}): Promise<LonghaulClient> {
  const server = findServer(stateDirectory);
  try {
    const connection = await Connection.connect({
      ...server.connectionOptions,
      connectTimeout: CONNECT_WITHIN_MS,
    });
    return new LonghaulClient(connection, server);
  } catch (error) {
    throw unreachable(server.connectionOptions.address, error);
  }
}

export class LonghaulClient {
  readonly server: ServerConnection;
  readonly #connection: Connection;
  readonly #client: Client;

  constructor(connection: Connection, server: ServerConnection) {
    this.server = server;
    this.#connection = connection;
    this.#client = new Client({ connection, namespace: server.namespace });
  }

  /**
   * Idempotent. Throws SPEC_CHANGED if the migration runs with another spec. Prepares the server first: one
   * that longhaul did not start may lack the namespace and the search attributes.
   */
  start(options: StartOptions): Promise<Started> {
    return this.#call(undefined, async () => {
      await prepareServer(this.server, { timeoutMs: PREPARE_WITHIN_MS });
      return startMigration(this.#client, options);
    });
  }

  /** Returns true if a worker has polled for workflow tasks in the last minutes. */
  workersPoll(): Promise<boolean> {
    return this.#call(undefined, () => isPolled(this.#client));
  }

  list(recordedStart: RecordedStart): Promise<MigrationRow[]> {
    return this.#call(undefined, () => listMigrations(this.#client, recordedStart));
  }

  /** Blocked chunks have their reason if a worker answers. */
  chunks(migration: string): Promise<ChunkRow[]> {
    return this.#call(migration, async () => {
      const rows = await listChunks(this.#client, migration);
      // An unknown migration has no rows either; `describe` throws for it.
      if (rows.length === 0) await this.#handle(migration).describe();
      if (!rows.some(({ state }) => state === 'blocked')) return rows;
      return withReasons(rows, (await this.#progressIfAnswered(migration))?.blocked ?? []);
    });
  }

  /** Without an answer of a worker, the snapshot contains what the server itself knows. */
  snapshot(migration: string): Promise<Snapshot> {
    return this.#call(migration, () => this.#takeSnapshot(migration));
  }

  async #takeSnapshot(migration: string): Promise<Snapshot> {
    const at = new Date().toISOString();
    try {
      const progress = await this.#progress(migration);
      const running = await runningChunks(this.#client, migration, progress.round?.running ?? []);
      return { at, migration, progress, running };
    } catch (error) {
      if (!noAnswer(error)) throw error;
      return { at, migration, unanswered: await this.#unanswered(migration), running: [] };
    }
  }

  /** Yields a snapshot every `everyMs`, and a last one when the migration has ended. Ends early on abort. */
  async *follow(
    migration: string,
    { everyMs, signal }: { readonly everyMs: number; readonly signal: AbortSignal },
  ): AsyncGenerator<Snapshot> {
    while (!signal.aborted) {
      const snapshot = await this.snapshot(migration);
      yield snapshot;
      const phase = snapshot.progress?.phase ?? snapshot.unanswered?.phase;
      if (phase === 'done' || phase === 'aborted') return;
      await pause(everyMs, signal);
    }
  }

  /** Sends an update, or a signal if no worker answers. Throws the migration's refusal. */
  send<V extends MigrationVerb>(
    migration: string,
    verb: V,
    message: MigrationMessages[V],
  ): Promise<Sent> {
    return this.#call(migration, async () => {
      try {
        return await sendMessage(this.#client, migration, verb, message);
      } catch (error) {
        if (!notFound(error)) throw error;
        // The server answers "not found" for a migration that has ended as well.
        await this.#handle(migration).describe();
        throw hasEnded(migration);
      }
    });
  }

  /** Returns false if it runs already. Throws ALREADY_RUNNING if the opposite runs. */
  startProvision(job: ProvisionJob): Promise<boolean> {
    return this.#call(undefined, () => startProvision(this.#client, job));
  }

  /** Yields the progress every `everyMs`, and a last time when it has ended. Throws its failure. */
  async *followProvision(
    migration: string,
    { everyMs, signal }: { readonly everyMs: number; readonly signal: AbortSignal },
  ): AsyncGenerator<ProvisionObservation> {
    while (!signal.aborted) {
      const observed = await this.#call(migration, () => observeProvision(this.#client, migration));
      yield observed;
      if (observed.over) return;
      await pause(everyMs, signal);
    }
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #handle(migration: string): WorkflowHandle {
    return this.#client.workflow.getHandle(migrationId(migration));
  }

  #progress(migration: string): Promise<MigrationProgress> {
    const handle = this.#handle(migration);
    return this.#client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      handle.query<MigrationProgress>('progress'),
    );
  }

  async #progressIfAnswered(migration: string): Promise<MigrationProgress | undefined> {
    try {
      return await this.#progress(migration);
    } catch (error) {
      if (noAnswer(error)) return undefined;
      throw error;
    }
  }

  async #unanswered(migration: string): Promise<{ because: string; phase?: Phase }> {
    const { searchAttributes } = await this.#handle(migration).describe();
    const phase = searchAttributes['MigrationPhase']?.[0] as Phase | undefined;
    return {
      because: 'no worker answers; start one with: longhaul worker',
      ...(phase === undefined ? {} : { phase }),
    };
  }

  async #call<T>(migration: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translate(error, migration, this.server.connectionOptions.address);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
