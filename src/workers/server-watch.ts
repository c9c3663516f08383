/** Reports once that the server does not answer, and once that it does again. The SDK keeps retrying. */
import type { NativeConnection } from '@temporalio/worker';
import type { OnMessage } from './messages.ts';

const INTERVAL_MS = 5_000;
const ANSWER_WITHIN_MS = 3_000;

export class ServerWatch {
  readonly #connection: NativeConnection;
  readonly #say: OnMessage;
  #isDown = false;
  #nextMs = 0;

  constructor(connection: NativeConnection, say: OnMessage) {
    this.#connection = connection;
    this.#say = say;
  }

  /** Checks the server if the interval has passed; never throws. */
  async check(now: number): Promise<void> {
    if (now < this.#nextMs) return;
    this.#nextMs = now + INTERVAL_MS;
    const isDown = !(await this.#answers());
    if (isDown === this.#isDown) return;
    this.#isDown = isDown;
    const text = isDown
      ? 'The Temporal server does not answer: waiting for it, nothing is lost'
      : 'The Temporal server answers again';
    this.#say({ type: isDown ? 'waiting' : 'ready', text });
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
