/** What handlers set in motion, done one after the other and before the run ends. */
import { condition, log } from '@temporalio/workflow';

type Effect = () => Promise<void>;

export class EffectQueue {
  readonly #waiting: Effect[] = [];
  #busy = false;

  add(effect: Effect): void {
    this.#waiting.push(effect);
  }

  /** Started once a run. An effect that fails for good is told and left: the state is not lost over it. */
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
