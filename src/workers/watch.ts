/** Looks for migrations in the state directory, takes those whose trees are seen, and says why not the others. */
import { readRecord, type MigrationRecord } from '../state/migration-record.ts';
import { describeFailure, toFailure } from '../errors/failure.ts';
import type { OnMessage } from './messages.ts';
import { serve, type Place, type Served } from './serve.ts';
import { seesTrees } from './trees.ts';

/** A tree that was not seen, or a worker that failed, is looked at again after this. */
const AGAIN_AFTER_MS = 5_000;

export class MigrationWatch {
  readonly #place: Place;
  readonly #say: OnMessage;
  #toldIdle = false;
  readonly #served = new Map<string, Served>();
  readonly #refused = new Map<string, { readonly because: string; readonly nextMs: number }>();

  constructor(place: Place, say: OnMessage) {
    this.#place = place;
    this.#say = say;
  }

  /** One look; never throws. */
  async look(): Promise<void> {
    const names = this.#names();
    if (names.length === 0) this.#tellIdle();
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

  /** Ends all; resolves when their activities have ended. */
  async stop(): Promise<void> {
    const all = [...this.#served.values()];
    for (const served of all) served.shutdown();
    await Promise.allSettled(all.map(({ ended }) => ended));
  }

  #names(): readonly string[] {
    try {
      return this.#place.deps.state.migrations();
    } catch (error) {
      this.#say({ type: 'trouble', text: describeFailure(toFailure(error)) });
      return [];
    }
  }

  /** Once: an empty place may be the wrong one, or a shared one that is not mounted here. */
  #tellIdle(): void {
    if (this.#toldIdle) return;
    this.#toldIdle = true;
    const text = `No migration was started in ${this.#place.deps.state.path} yet: waiting for one`;
    this.#say({ type: 'waiting', text });
  }

  async #tryToServe(name: string): Promise<void> {
    const { deps } = this.#place;
    if (deps.now() < (this.#refused.get(name)?.nextMs ?? 0)) return;
    const migration: MigrationRecord = readRecord(deps.state.migration(name));
    const { seen, because } = seesTrees(deps.state, migration);
    if (!seen) return this.#refuse(name, because);
    const served = await serve(this.#place, migration);
    this.#refused.delete(name);
    this.#served.set(name, served);
    void served.ended.catch((error: unknown) => {
      this.#served.delete(name);
      this.#refuse(name, `its worker failed: ${toFailure(error).message}`);
    });
    this.#say({ type: 'serving', migration: name, text: `Working on ${name}: ${because}` });
  }

  /** Each reason is told once. */
  #refuse(name: string, because: string): void {
    const told = this.#refused.get(name)?.because === because;
    this.#refused.set(name, { because, nextMs: this.#place.deps.now() + AGAIN_AFTER_MS });
    if (told) return;
    const text = `Not working on ${name}, looking again every ${AGAIN_AFTER_MS / 1000} s: ${because}`;
    this.#say({ type: 'refused', migration: name, text });
  }
}
