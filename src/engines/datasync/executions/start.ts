/**
 * Starts an execution exactly once: the intention is journalled with a tag before the request is sent.
 * After a lost reply or a crash, the execution that carries the tag is looked up and adopted.
 */
import { randomBytes } from 'node:crypto';
import { ATTEMPT_TAG, CHUNK_TAG, tagsOf } from '../../../aws/names.ts';
import { LonghaulError, toFailure } from '../../../errors/failure.ts';
import { throwIfAborted } from '../../../errors/interrupted.ts';
import { isAmbiguous, isBusy, SETTLE_MS, undefinedIfNotFound } from '../service/api-errors.ts';
import {
  attemptsOf,
  recordExecution,
  type Attempt,
  type AttemptState,
} from '../service/execution-journal.ts';
import { cancelExecution } from './cancel.ts';
import { isTerminal } from './execution-end.ts';
import type { ExecutionServices, RunningExecution } from './running.ts';

/** Number of times an execution is looked up before its start is sent again. */
const LOOKUPS_PER_START = 2;
const MAX_STARTS_PER_ATTEMPT = 3;

export function recordIntention({ job, key, lane, task, below }: RunningExecution): Attempt {
  const { migration, chunk, round, store } = job;
  const n = attemptsOf(store).length + 1;
  const unique = randomBytes(4).toString('hex');
  const attempt: Attempt = {
    ...key,
    attempt: `${migration}/${chunk.id}/${round.number}/${key.purpose}/${key.part}/${n}/${unique}`,
    lane: lane.lane,
    task,
    ...(below === undefined ? {} : { below }),
  };
  recordExecution(store, { t: 'intended', ...attempt });
  return attempt;
}

/** Returns the ARN of the execution. `attempt` is either new or already has an ARN. */
export async function startOrAdopt(
  services: ExecutionServices,
  running: RunningExecution,
  attempt: AttemptState,
): Promise<string> {
  const { job, lane } = running;
  const note = { chunk: job.chunk.id, attempt: attempt.attempt, task: attempt.task };
  if (attempt.arn !== undefined) {
    lane.note({ ...note, arn: attempt.arn });
    return attempt.arn;
  }
  throwIfAborted(job.signal);
  await services.agents.requireOnline([lane.lane]);
  job.lease.check();
  lane.note(note);
  const arn = await start(services, running, attempt.attempt);
  lane.note({ ...note, arn });
  recordExecution(job.store, { t: 'started', attempt: attempt.attempt, arn });
  return arn;
}

async function start(
  services: ExecutionServices,
  running: RunningExecution,
  attempt: string,
): Promise<string> {
  const { job, request, task } = running;
  const { spec } = services.options;
  const tags = { [ATTEMPT_TAG]: attempt, [CHUNK_TAG]: job.chunk.id };
  const BytesPerSecond = services.bandwidth.share();
  for (let starts = 1; ; starts++) {
    try {
      return await services.api.start({
        ...request,
        TaskArn: task,
        OverrideOptions: { ...request.OverrideOptions, BytesPerSecond },
        Tags: tagsOf(spec.name, spec.aws.tags, tags),
      });
    } catch (error) {
      const found = await findAfterFailure(services, error, task, attempt);
      if (found !== undefined) return found;
      if (starts >= MAX_STARTS_PER_ATTEMPT || isBusy(error)) throw toTransient(error);
      job.lease.check();
    }
  }
}

/** Looks up what a failed start may have started nevertheless. Rethrows an error that excludes it. */
async function findAfterFailure(
  services: ExecutionServices,
  error: unknown,
  task: string,
  attempt: string,
): Promise<string | undefined> {
  if (!isAmbiguous(error) && !isBusy(error)) throw error;
  for (let lookup = 0; lookup < LOOKUPS_PER_START; lookup++) {
    const found = await findByTag(services, task, attempt);
    if (found !== undefined) return found;
    await services.options.time.sleep(SETTLE_MS);
  }
  return undefined;
}

/** Returns the ARN of the execution with this attempt's tag. Cancels a second one: a request can arrive very late. */
export async function findByTag(
  { api }: Pick<ExecutionServices, 'api'>,
  task: string,
  attempt: string,
): Promise<string | undefined> {
  const found: string[] = [];
  const all = (await undefinedIfNotFound(api.executions(task))) ?? [];
  for (const { arn, status } of all) {
    // Any error but "not found" is thrown: skipping an unreadable execution could start the attempt twice.
    const tags = await undefinedIfNotFound(api.tags(arn));
    if (tags?.get(ATTEMPT_TAG) !== attempt) continue;
    if (found.length > 0 && !isTerminal(status)) await cancelExecution(api, arn);
    found.push(arn);
  }
  return found[0];
}

function toTransient(error: unknown): LonghaulError {
  const { message } = toFailure(error);
  return new LonghaulError(isBusy(error) ? 'BUSY' : 'LINK_DOWN', message, { cause: error });
}
