/**
 * The chosen layout and the ARNs of found or created resources, so that they are looked up once:
 * datasync-resources.json in the migration's directory, shared by all workers.
 */
import { join } from 'node:path';
import type { LayoutAnswer } from '../../../policy/datasync/layout.ts';
import { readJson, writeJsonAtomic } from '../../../state/atomic-file.ts';
import { tryLock } from '../../../state/flock.ts';
import {
  hasFields,
  isNumber,
  isOptional,
  isRecordOf,
  isText,
  type Check,
} from '../../../state/shape.ts';
import type { Time } from './time.ts';

const LOCK_RETRY_MS = 1_000;

interface Remembered {
  readonly layout?: LayoutAnswer;
  readonly arns: Readonly<Record<string, string>>;
}

const isLayout: Check<LayoutAnswer['layout']> = (value): value is LayoutAnswer['layout'] =>
  value === 'task-per-chunk' || value === 'pool';
const isRemembered = hasFields<Remembered>({
  layout: isOptional(
    hasFields<LayoutAnswer>({
      layout: isLayout,
      tasks: isNumber,
      networkInterfaces: isNumber,
      because: isText,
    }),
  ),
  arns: isRecordOf(isText),
});

export class ResourceMemory {
  private readonly path: string;
  private readonly lockPath: string;
  private readonly time: Time;
  private lastTurn: Promise<unknown> = Promise.resolve();

  constructor(directory: string, time: Time) {
    this.path = join(directory, 'datasync-resources.json');
    this.lockPath = join(directory, 'datasync-resources.lock');
    this.time = time;
  }

  /** Undefined until it has been chosen. */
  get layout(): LayoutAnswer | undefined {
    return this.read().layout;
  }

  arnOf(key: string): string | undefined {
    return this.read().arns[key];
  }

  rememberLayout(layout: LayoutAnswer): void {
    writeJsonAtomic(this.path, { ...this.read(), layout });
  }

  rememberArn(key: string, arn: string): void {
    const known = this.read();
    writeJsonAtomic(this.path, { ...known, arns: { ...known.arns, [key]: arn } });
  }

  forgetArn(key: string): void {
    const known = this.read();
    const arns = Object.fromEntries(Object.entries(known.arns).filter(([name]) => name !== key));
    writeJsonAtomic(this.path, { ...known, arns });
  }

  /** Runs `work` while no other call, in this process or another worker, runs its own. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.lastTurn.then(async () => {
      const release = await this.lock();
      try {
        return await work();
      } finally {
        release();
      }
    });
    this.lastTurn = turn.catch(() => undefined);
    return turn;
  }

  private async lock(): Promise<() => void> {
    for (;;) {
      const release = tryLock(this.lockPath);
      if (release !== undefined) return release;
      await this.time.sleep(LOCK_RETRY_MS);
    }
  }

  private read(): Remembered {
    return readJson(this.path, isRemembered) ?? { arns: {} };
  }
}
