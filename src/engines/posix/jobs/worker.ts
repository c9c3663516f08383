/**
 * Entry point of a thread of the pool. Each job type is one module; only this table knows them all, and
 * the types of `ThreadPool.run` are derived from it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from '../../../errors/failure.ts';
import {
  END,
  SHARED,
  type AnswerMessage,
  type JobMessage,
  type ThreadContext,
  type ThreadData,
} from '../threads/messages.ts';
import { assessDirectories } from './assess.ts';
import { compareEntries } from './compare.ts';
import { copyEntries } from './copy.ts';
import { deleteEntries } from './delete.ts';
import { expireTrash } from './expire-trash.ts';
import { finishDirectories } from './finish.ts';
import { copyLargeFile } from './copy-large.ts';
import { linkEntries } from './link.ts';
import { listDestination } from './list.ts';
import { removeParts } from './remove-parts.ts';
import { scanDirectories } from './scan.ts';
import { syncDestination } from './sync-file-system.ts';
import { verifyEntries } from './verify.ts';

/** Job type → handler `(job, context) => result`, which may be asynchronous. */
const handlers = {
  'assess directories': assessDirectories,
  'scan directories': scanDirectories,
  'compare entries': compareEntries,
  'copy entries': copyEntries,
  'copy large file': copyLargeFile,
  'remove parts': removeParts,
  'link entries': linkEntries,
  'finish directories': finishDirectories,
  'verify entries': verifyEntries,
  'list destination': listDestination,
  'delete entries': deleteEntries,
  'expire trash': expireTrash,
  'sync destination': syncDestination,
};

type Handlers = typeof handlers;
export type Job = Parameters<Handlers[keyof Handlers]>[0];
export type ResultOf<J extends Job> = Awaited<ReturnType<Handlers[J['type']]>>;

type AnyHandler = (job: JobMessage['job'], context: ThreadContext) => unknown;

const data = workerData as ThreadData;
const stop = new Int32Array(data.shared, SHARED.stop, 1);
const context: ThreadContext = { ...data, stopped: () => Atomics.load(stop, 0) !== 0 };

async function answer({ id, job }: JobMessage): Promise<AnswerMessage> {
  try {
    const handler = handlers[job.type as keyof Handlers] as AnyHandler;
    return { id, result: await handler(job, context) };
  } catch (thrown) {
    return { id, failure: toFailure(thrown) };
  }
}

// One job at a time, even if a handler is asynchronous, because jobs share the thread's buffers.
let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: JobMessage | typeof END) => {
  if (message === END) return parentPort?.close();
  last = last.then(async () => parentPort?.postMessage(await answer(message)));
});
