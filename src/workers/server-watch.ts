/** Tells once that the server does not answer, and once that it does again. The SDK asks on by itself. */
import type { NativeConnection } from '@temporalio/worker';
import type { OnMessage } from './messages.ts';

const EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 3_000;

export class ServerWatch {
  readonly #connection: NativeConnection;
  readonly #say: OnMessage;
  #away = false;
  #nextMs = 0;

  constructor(connection: NativeConnection, say: OnMessage) {
    this.#connection = connection;
    this.#say = say;
  }

  /** One look, when it is time for one; never throws. */
  async look(now: number): Promise<void> {
    if (now < this.#nextMs) return;
    this.#nextMs = now + EVERY_MS;
    const away = !(await this.#answers());
    if (away === this.#away) return;
    this.#away = away;
    const text = away
      ? 'The Temporal server does not answer: waiting for it. Nothing is lost meanwhile'
      : 'The Temporal server answers again';
    this.#say({ type: away ? 'waiting' : 'ready', text });
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
        this.#connection.workflowService.getSystemInfo({}),
      );
      return true;
    } catch {
      return false;
    }
  }
}
