/**
 * Walks a tree: feeds a stack of directories to the pool in batches, small ones while there are few.
 * The stack is last in, first out, so it holds only directories that were listed and not yet visited.
 */
import { LonghaulError } from '../../../errors/failure.ts';
import type { RawPath } from '../../../paths.ts';

const MAX_BATCH = 16;

export interface WalkOptions<R extends WalkResult> {
  readonly stack: RawPath[];
  /** Number of batches that run concurrently. */
  readonly capacity: number;
  readonly visit: (directories: readonly RawPath[]) => Promise<R>;
  /** Called for each batch as it ends, in any order. */
  readonly onResult: (result: R) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface WalkResult {
  readonly subdirectories: readonly RawPath[];
  readonly left: readonly RawPath[];
}

/**
 * Walks until the stack is empty. On the first failure, or when the signal aborts, nothing more is
 * begun; the promise rejects after all running batches have ended, so descriptors can be closed.
 */
export function walk<R extends WalkResult>(options: WalkOptions<R>): Promise<void> {
  const { stack, capacity, visit, onResult, signal } = options;
  let underWay = 0;
  let failure: Error | undefined;
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void => {
      failure ??= thrown as Error;
    };
    const settle = (): void => {
      if (signal?.aborted) fail(new LonghaulError('INTERRUPTED', 'The scan was interrupted'));
      while (failure === undefined && underWay < capacity && stack.length > 0) begin();
      if (underWay > 0) return;
      if (failure === undefined) resolve();
      else reject(failure);
    };
    const begin = (): void => {
      const size = Math.ceil(stack.length / (2 * capacity));
      const batch = stack.splice(-Math.min(MAX_BATCH, size));
      underWay++;
      visit(batch)
        .then((result) => {
          onResult(result);
          // Not a spread: a directory may have more subdirectories than a call has arguments.
          for (const path of result.subdirectories) stack.push(path);
          for (const path of result.left) stack.push(path);
        })
        .catch(fail)
        .finally(() => {
          underWay--;
          settle();
        });
    };
    settle();
  });
}
