import { getExternalWorkflowHandle, patched } from '@temporalio/workflow';
import { chunkId } from '../../protocol/names.ts';

/** Passes `pause` and `resume` on to the running chunks. */
export class ChunkPauses {
  paused: boolean;
  readonly #migration: string;
  readonly #running: ReadonlySet<string>;
  readonly #sending = new Set<string>();
  readonly #again = new Set<string>();

  constructor(migration: string, running: ReadonlySet<string>, paused: boolean) {
    this.#migration = migration;
    this.#running = running;
    this.paused = paused;
  }

  set(paused: boolean): void {
    this.paused = paused;
    for (const chunk of this.#running) this.signal(chunk);
  }

  /** Sends one signal at a time to a chunk: two signals under way may arrive in either order. */
  signal(chunk: string): void {
    if (this.#sending.has(chunk) && patched('pause-in-order')) this.#again.add(chunk);
    else void this.#send(chunk);
  }

  async #send(chunk: string): Promise<void> {
    this.#sending.add(chunk);
    const handle = getExternalWorkflowHandle(chunkId(this.#migration, chunk));
    // Fails if the chunk has just ended or has not begun.
    await handle.signal(this.paused ? 'pause' : 'resume', {}).catch(() => undefined);
    this.#sending.delete(chunk);
    if (this.#again.delete(chunk) && this.#running.has(chunk)) this.signal(chunk);
  }
}
