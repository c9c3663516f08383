/** Runs the side effects of message handlers one at a time, and all of them before the run ends. */
import { condition, log } from '@temporalio/workflow';

type Effect = () => Promise<void>;

export class EffectQueue {
  readonly #waiting: Effect[] = [];
  #busy = false;

  add(effect: Effect): void {
    this.#waiting.push(effect);
  }

  /** Runs for ever; call it once per run. An effect that fails for good is logged and skipped. */
  async run(): Promise<never> {
    for (;;) {
      await condition(() => this.#waiting.length > 0);
      const effect = this.#waiting.shift()!;
      this.#busy = true;
      try {
        await effect();
      } catch (error) {
        log.warn('an effect failed', { error: String(error) });
      }
      this.#busy = false;
    }
  }

  async idle(): Promise<void> {
    await condition(() => this.#waiting.length === 0 && !this.#busy);
  }
}
