/** Finds migrations in the state directory, serves those whose trees this host can access, and reports why not the others. */
import { readRecord, type MigrationRecord } from '../state/migration-record.ts';
import { describeFailure, toFailure } from '../errors/failure.ts';
import type { OnMessage } from './messages.ts';
import { serve, type WorkerHost, type Served } from './serve.ts';
import { seesTrees } from './trees.ts';

/** Delay before a migration that was refused, or whose worker failed, is tried again. */
const RETRY_AFTER_MS = 5_000;

export class MigrationWatch {
  readonly #host: WorkerHost;
  readonly #say: OnMessage;
  #reportedIdle = false;
  readonly #served = new Map<string, Served>();
  readonly #refused = new Map<string, { readonly because: string; readonly nextMs: number }>();

  constructor(host: WorkerHost, say: OnMessage) {
    this.#host = host;
    this.#say = say;
  }

  /** Checks all migrations once; never throws. */
  async check(): Promise<void> {
    const names = this.#names();
    if (names.length === 0) this.#reportIdle();
    for (const name of names) {
      try {
        const served = this.#served.get(name);
        if (served === undefined) await this.#tryToServe(name);
        else served.tick();
      } catch (error) {
        this.#refuse(name, describeFailure(toFailure(error)));
      }
    }
  }

  /** Shuts all workers down; resolves when their activities have ended. */
  async stop(): Promise<void> {
    const all = [...this.#served.values()];
    for (const served of all) served.shutdown();
    await Promise.allSettled(all.map(({ ended }) => ended));
  }

  #names(): readonly string[] {
    try {
      return this.#host.deps.state.migrations();
    } catch (error) {
      this.#say({ type: 'trouble', text: describeFailure(toFailure(error)) });
      return [];
    }
  }

  /** Reports once: an empty state directory may be the wrong one, or a shared one that is not mounted here. */
  #reportIdle(): void {
    if (this.#reportedIdle) return;
    this.#reportedIdle = true;
    const text = `No migration was started in ${this.#host.deps.state.path} yet: waiting for one`;
    this.#say({ type: 'waiting', text });
  }

  async #tryToServe(name: string): Promise<void> {
    const { deps } = this.#host;
    if (deps.now() < (this.#refused.get(name)?.nextMs ?? 0)) return;
    const migration: MigrationRecord = readRecord(deps.state.migration(name));
    const { seen, because } = seesTrees(deps.state, migration);
    if (!seen) return this.#refuse(name, because);
    const served = await serve(this.#host, migration);
    this.#refused.delete(name);
    this.#served.set(name, served);
    void served.ended.catch((error: unknown) => {
      this.#served.delete(name);
      this.#refuse(name, `its worker failed: ${toFailure(error).message}`);
    });
    this.#say({ type: 'serving', migration: name, text: `Working on ${name}: ${because}` });
  }

  /** Reports each reason once. */
  #refuse(name: string, because: string): void {
    const isKnown = this.#refused.get(name)?.because === because;
    this.#refused.set(name, { because, nextMs: this.#host.deps.now() + RETRY_AFTER_MS });
    if (isKnown) return;
    const text = `Not working on ${name}, trying again every ${RETRY_AFTER_MS / 1000} s: ${because}`;
    this.#say({ type: 'refused', migration: name, text });
  }
}
