/**
 * A pull scheduler over worker threads. Two jobs are queued at each thread, so that a thread never
 * waits for a message; further jobs wait here in order. Threads live long, because
 * their native buffers are never freed, and start when there is work for them, or at `warm()`.
 *
 * A thread that dies fails the (at most two) jobs it had with BUG and is replaced when the next job
 * needs it. Nothing is retried here: a job may have had effects.
 */
import type { Worker } from 'node:worker_threads';
import { LonghaulError, type Failure } from '../../../errors/failure.ts';
import { SHARED, type AnswerMessage } from '../threads/messages.ts';
import { endThread, sharedMemory, startThread, takeAhead } from '../threads/thread.ts';
import { setRate } from '../threads/rate-limit.ts';
import type { Job, ResultOf } from '../jobs/worker.ts';

const QUEUED_AT_A_THREAD = 2;

export interface PoolOptions {
  readonly threads: number;
  readonly sourceRoot: string;
  readonly destinationRoot?: string | undefined;
  /** Module that a thread runs; for tests. */
  readonly entry?: URL;
}

interface Ticket {
  readonly id: number;
  readonly job: Job;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly tickets: Map<number, Ticket>;
  hasAnswered: boolean;
}

export class ThreadPool {
  readonly sourceRoot: string;
  readonly destinationRoot: string | undefined;
  /** Number of jobs that keeps all threads busy when in flight. */
  readonly capacity: number;
  private readonly entry: URL | undefined;
  private readonly ahead: Set<Worker>;
  private readonly shared: SharedArrayBuffer;
  private readonly threads = new Set<Thread>();
  private readonly queue: Ticket[] = [];
  private nextId = 1;
  private stopped = false;

  constructor({ threads, sourceRoot, destinationRoot, entry }: PoolOptions) {
    this.sourceRoot = sourceRoot;
    this.destinationRoot = destinationRoot;
    this.capacity = threads * QUEUED_AT_A_THREAD;
    this.entry = entry;
    const ahead = takeAhead();
    this.shared = ahead?.shared ?? sharedMemory();
    this.ahead = ahead?.threads ?? new Set();
  }

  /** Runs one job on any thread. Rejects with a LonghaulError; INTERRUPTED when the pool is stopped first. */
  run<J extends Job>(job: J): Promise<ResultOf<J>> {
    return new Promise<ResultOf<J>>((resolve, reject) => {
      if (this.stopped) return reject(interrupted());
      this.queue.push({ id: this.nextId++, job, resolve, reject });
      this.feed();
    });
  }

  /** Starts all threads now, before the first job. Idle threads do not keep the process alive. */
  warm(): void {
    while (this.threads.size < this.capacity / QUEUED_AT_A_THREAD) this.start().worker.unref();
  }

  /** Sets the limit in bytes per second over all threads; undefined removes it. */
  adjust(bytesPerSecond: number | undefined): void {
    setRate(this.shared, bytesPerSecond);
  }

  /** Rejects new jobs, fails those not begun, and asks the running ones to end early. */
  stop(): void {
    this.stopped = true;
    Atomics.store(new Int32Array(this.shared, SHARED.stop, 1), 0, 1);
    for (const ticket of this.queue.splice(0)) ticket.reject(interrupted());
  }

  /** Stops, and terminates the threads with the jobs that still run in them. */
  async dispose(): Promise<void> {
    this.stop();
    const ahead = [...this.ahead].map((worker) => endThread(worker, false));
    const ended = [...this.threads].map(({ worker, hasAnswered }) =>
      endThread(worker, hasAnswered),
    );
    await Promise.all([...ahead, ...ended]);
  }

  private feed(): void {
    while (this.queue.length > 0) {
      const thread = this.leastLoaded();
      if (!thread) return;
      const ticket = this.queue.shift()!;
      thread.tickets.set(ticket.id, ticket);
      thread.worker.ref();
      thread.worker.postMessage({ id: ticket.id, job: ticket.job });
    }
  }

  /** Returns the thread for the next job; starts one when all others have a job. */
  private leastLoaded(): Thread | undefined {
    let best: Thread | undefined;
    for (const thread of this.threads) {
      if (!best || thread.tickets.size < best.tickets.size) best = thread;
    }
    if (best?.tickets.size === 0) return best;
    if (this.threads.size < this.capacity / QUEUED_AT_A_THREAD) return this.start();
    return best && best.tickets.size < QUEUED_AT_A_THREAD ? best : undefined;
  }

  private start(): Thread {
    const [ready] = this.ahead;
    if (ready) this.ahead.delete(ready);
    const worker = ready ?? startThread(this.shared, this.entry);
    const thread: Thread = { worker, tickets: new Map(), hasAnswered: false };
    let cause: unknown;
    thread.worker.on('message', (answer: AnswerMessage) => this.settle(thread, answer));
    thread.worker.on('error', (error) => {
      cause = error;
      this.threads.delete(thread); // its exit comes later; nothing more is queued at it
    });
    thread.worker.on('exit', () => this.bury(thread, cause));
    this.threads.add(thread);
    return thread;
  }

  private settle(thread: Thread, answer: AnswerMessage): void {
    thread.hasAnswered = true;
    const ticket = thread.tickets.get(answer.id);
    thread.tickets.delete(answer.id);
    // An idle thread must not keep the process alive.
    if (thread.tickets.size === 0) thread.worker.unref();
    if ('failure' in answer) ticket?.reject(fromFailure(answer.failure));
    else ticket?.resolve(answer.result as never);
    this.feed();
  }

  private bury(thread: Thread, cause: unknown): void {
    this.threads.delete(thread);
    for (const ticket of thread.tickets.values()) {
      ticket.reject(this.stopped ? interrupted() : crashed(ticket.job.type, cause));
    }
    if (!this.stopped) this.feed();
  }
}

function fromFailure({ code, message, path, hint }: Failure): LonghaulError {
  return new LonghaulError(code, message, {
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint }),
  });
}

function interrupted(): LonghaulError {
  return new LonghaulError('INTERRUPTED', 'The work was stopped');
}

function crashed(type: string, cause: unknown): LonghaulError {
  const why = cause instanceof Error ? cause.message : 'it ended';
  return new LonghaulError('BUG', `The thread of a "${type}" job died: ${why}`, { cause });
}
