/** Starts the chunk workflows of a round, as many at once as the settings allow, and follows each to its end. */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  ParentClosePolicy,
  patched,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
  type ChildWorkflowOptions,
} from '@temporalio/workflow';
import type { ChunkPage } from '../../protocol/activities.ts';
import type { ChunkInput, RoundInput } from '../../protocol/inputs.ts';
import { chunkId } from '../../protocol/names.ts';
import type { RoundReport } from '../../protocol/reports.ts';
import type { chunk } from '../chunk/chunk.ts';
import { blockedByFailure } from '../chunk/state.ts';
import { controlActivities } from '../runtime/activity-stubs.ts';
import { chunkAttributes } from '../runtime/search-attributes.ts';
import type { RoundRun } from './run.ts';
import { addBlocked, addReport } from './state.ts';

type ChunkHandle = ChildWorkflowHandle<typeof chunk>;

const CHUNKS_PER_PAGE = 500;
/** A child costs 3 events to start, 3 to end, and the workflow tasks in between. */
const MAX_CHILDREN_PER_RUN = 300;

/** Returns when every chunk of the plan has ended, is blocked, or was left out. */
export async function runChunks(run: RoundRun): Promise<void> {
  for (;;) {
    const page = await nextPage(run);
    run.state.chunks = page.total;
    for (const id of page.ids) await startOrLeaveOut(run, id);
    if (page.ids.length < CHUNKS_PER_PAGE) break;
  }
  await condition(() => run.running.size === 0);
}

function nextPage({ input: { migration, round }, state: { after } }: RoundRun): Promise<ChunkPage> {
  return controlActivities(migration, `chunks of round ${round.number}`).listChunks({
    migration,
    limit: CHUNKS_PER_PAGE,
    ...(after === '' ? {} : { after }),
  });
}

async function startOrLeaveOut(run: RoundRun, id: string): Promise<void> {
  const { state } = run;
  if (run.openBefore.has(id)) {
    state.after = id;
    state.leftOut += 1;
    return;
  }
  await condition(() => !run.pauses.paused && run.running.size < run.windowSize);
  await startChunk(run, id);
  state.after = id;
  const isLong = run.childrenStarted >= MAX_CHILDREN_PER_RUN;
  if (isLong || workflowInfo().continueAsNewSuggested) await continueRound(run);
}

async function startChunk(run: RoundRun, id: string): Promise<void> {
  run.running.add(id);
  run.childrenStarted += 1;
  const { paused } = run.pauses;
  try {
    const child = await startChild<typeof chunk>('chunk', chunkOptions(run, id, paused));
    run.isStatusNew = true;
    // A pause or resume that came while the child was starting did not reach it.
    if (run.pauses.paused !== paused && patched('pause-while-starting')) run.pauses.signal(id);
    void followChunk(run, id, child);
  } catch (error) {
    if ((error as { name?: unknown }).name !== 'WorkflowExecutionAlreadyStartedError') throw error;
    // It is still open from an earlier round and joins the next one.
    run.state.leftOut += 1;
    run.leaveWindow(id);
  }
}

function chunkOptions(
  { input }: RoundRun,
  id: string,
  paused: boolean,
): ChildWorkflowOptions & { args: [ChunkInput] } {
  const { migration, round, settings } = input;
  return {
    workflowId: chunkId(migration, id),
    args: [{ v: 1, migration, chunk: id, round, settings, paused }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    typedSearchAttributes: chunkAttributes(migration, round.number, id),
    staticSummary: `chunk ${id}, ${round.kind} round ${round.number}`,
  };
}

async function followChunk(run: RoundRun, id: string, child: ChunkHandle): Promise<void> {
  try {
    addReport(run.state, await child.result());
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) return run.leaveWindow(id);
    addBlocked(run.state, blockedByFailure(id, 'close', error));
    run.state.failed += 1;
  }
  run.leaveWindow(id);
}

async function continueRound({ input, state, pauses, running }: RoundRun): Promise<void> {
  await condition(() => running.size === 0 && allHandlersFinished());
  const { paused } = pauses;
  await continueAsNew<(input: RoundInput) => Promise<RoundReport>>({ ...input, paused, state });
}
