/**
 * One pass over the chunks: a sliding window of chunk workflows. A chunk that is blocked leaves the
 * window and is listed; the round does not wait for it. Everything that runs is drained before the
 * history gets long.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  patched,
  setCurrentDetails,
  sleep,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { controlActivities } from '../runtime/activity-stubs.ts';
import type { RoundInput } from '../../protocol/inputs.ts';
import { chunkId, migrationId } from '../../protocol/names.ts';
import type { ChunkReport, RoundStatus, RoundReport } from '../../protocol/reports.ts';
import type { chunk } from '../chunk/chunk.ts';
import { reasonOf } from '../runtime/failures.ts';
import { blocks } from '../runtime/markdown.ts';
import { rejectedBlock, withRejected, type Rejected } from '../runtime/rejected.ts';
import { listenToRound } from './controls.ts';
import { openRound, withBlocked, withReport, type RoundState } from './state.ts';
import { chunkAttributes } from '../runtime/search-attributes.ts';

const PAGE = 500;
/** 3 events to start a child, 3 to end it, and the workflow tasks between. */
const CHILDREN_PER_RUN = 300;
/** News grow rarer as a round grows old: a few hundred over months. */
const NEWS_EVERY_MS = 1000;
const NEWS_SHARE = 0.02;

export async function round(input: RoundInput): Promise<RoundReport> {
  const run = new RoundRun(input);
  // Cancelled with the round: its end is told all the same.
  run.sendNews().catch(() => undefined);
  try {
    await run.allChunks();
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => run.tellEnd(true));
    throw error;
  }
  await run.tellEnd(false);
  await condition(allHandlersFinished);
  return run.report();
}

class RoundRun {
  readonly #input: RoundInput;
  readonly #open: ReadonlySet<string>;
  readonly #running = new Set<string>();
  readonly #telling = new Set<string>();
  readonly #untold = new Set<string>();
  #state: RoundState;
  #startedHere = 0;
  #paused: boolean;
  #news = true;
  #over = false;
  #rejected: Rejected[] = [];

  constructor(input: RoundInput) {
    this.#input = input;
    this.#state = openRound(input.state, new Date().toISOString());
    this.#open = new Set(input.blocked);
    this.#paused = input.paused === true;
    listenToRound({
      pause: () => this.#pause('pause'),
      resume: () => this.#pause('resume'),
      blocked: (blocked) => {
        this.#state = withBlocked(this.#state, blocked);
        this.#leaves(blocked.chunk);
      },
      rejected: (name, because) => {
        this.#rejected = withRejected(this.#rejected, name, because);
        this.#show();
      },
      progress: () => ({
        ...this.#snapshot(),
        paused: this.#paused,
        rejectedMessages: this.#rejected,
      }),
    });
  }

  async allChunks(): Promise<void> {
    const { migration, round } = this.#input;
    for (;;) {
      const { after } = this.#state;
      const control = controlActivities(migration, `chunks of round ${round.number}`);
      const page = await control.listChunks({
        migration,
        limit: PAGE,
        ...(after === '' ? {} : { after }),
      });
      this.#state = { ...this.#state, chunks: page.total };
      for (const id of page.ids) await this.#next(id);
      if (page.ids.length < PAGE) break;
    }
    await condition(() => this.#running.size === 0);
  }

  async #next(id: string): Promise<void> {
    if (this.#open.has(id)) {
      this.#state = { ...this.#state, after: id, leftOut: this.#state.leftOut + 1 };
      return;
    }
    await condition(() => !this.#paused && this.#running.size < this.#window());
    await this.#start(id);
    this.#state = { ...this.#state, after: id };
    const long = this.#startedHere >= CHILDREN_PER_RUN;
    if (long || workflowInfo().continueAsNewSuggested) await this.#continueAsNew();
  }

  #window(): number {
    return Math.max(1, this.#input.settings.concurrentChunks);
  }

  async #start(id: string): Promise<void> {
    const { migration, round, settings } = this.#input;
    this.#running.add(id);
    this.#startedHere += 1;
    const paused = this.#paused;
    try {
      const child = await startChild<typeof chunk>('chunk', {
        workflowId: chunkId(migration, id),
        args: [{ v: 1, migration, chunk: id, round, settings, paused }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        typedSearchAttributes: chunkAttributes(migration, round.number, id),
        staticSummary: `chunk ${id}, ${round.kind} round ${round.number}`,
      });
      this.#news = true;
      // What was said while it started did not reach it.
      if (this.#paused !== paused && patched('pause-while-starting')) this.#tellChunk(id);
      void this.#follow(id, child);
    } catch (error) {
      if ((error as { name?: unknown }).name !== 'WorkflowExecutionAlreadyStartedError')
        throw error;
      // Still open from an earlier round: it joins the next one.
      this.#state = { ...this.#state, leftOut: this.#state.leftOut + 1 };
      this.#leaves(id);
    }
  }

  async #follow(id: string, child: ChildWorkflowHandle<typeof chunk>): Promise<void> {
    try {
      const report: ChunkReport = await child.result();
      this.#state = withReport(this.#state, report);
    } catch (error) {
      if (CancellationScope.current().consideredCancelled) return this.#leaves(id);
      const since = new Date().toISOString();
      const ended = { chunk: id, step: 'close' as const, since, ...reasonOf(error) };
      this.#state = { ...withBlocked(this.#state, ended), failed: this.#state.failed + 1 };
    }
    this.#leaves(id);
  }

  #leaves(id: string): void {
    this.#running.delete(id);
    this.#news = true;
    this.#show();
  }

  #show(): void {
    const { round, migration } = this.#input;
    const { done, chunks, blockedCount } = this.#state;
    const sums = `${done} of ${chunks} chunks done, ${blockedCount} blocked`;
    setCurrentDetails(
      blocks(
        `**Round ${round.number}** (${round.kind}) of \`${migration}\`: ${sums}`,
        rejectedBlock(this.#rejected),
      ),
    );
  }

  #pause(verb: 'pause' | 'resume'): void {
    this.#paused = verb === 'pause';
    for (const id of this.#running) this.#tellChunk(id);
  }

  /** One after the other to each chunk: two on the way at once may arrive in either order. */
  #tellChunk(id: string): void {
    if (this.#telling.has(id) && patched('pause-in-order')) this.#untold.add(id);
    else void this.#tellNow(id);
  }

  async #tellNow(id: string): Promise<void> {
    this.#telling.add(id);
    const handle = getExternalWorkflowHandle(chunkId(this.#input.migration, id));
    // It has just ended, or has not begun.
    await handle.signal(this.#paused ? 'pause' : 'resume', {}).catch(() => undefined);
    this.#telling.delete(id);
    if (this.#untold.delete(id) && this.#running.has(id)) this.#tellChunk(id);
  }

  async #continueAsNew(): Promise<void> {
    await condition(() => this.#running.size === 0 && allHandlersFinished());
    const state = this.#state;
    await continueAsNew<typeof round>({ ...this.#input, paused: this.#paused, state });
  }

  async sendNews(): Promise<void> {
    const startedAt = Date.parse(this.#state.startedAt);
    while (!this.#over) {
      await condition(() => this.#news || this.#over);
      if (this.#over) return;
      this.#news = false;
      await this.#tell(this.#snapshot());
      await sleep(Math.max(NEWS_EVERY_MS, (Date.now() - startedAt) * NEWS_SHARE));
    }
  }

  async tellEnd(cancelled: boolean): Promise<void> {
    this.#over = true;
    const outcome = cancelled ? { cancelled } : { report: this.report() };
    await this.#tell({ ...this.#snapshot(), ...outcome });
  }

  async #tell(news: RoundStatus): Promise<void> {
    try {
      const { migration } = this.#input;
      await getExternalWorkflowHandle(migrationId(migration)).signal('roundReport', news);
    } catch (error) {
      if (isCancellation(error)) return; // the migration is told once more at the end
    }
  }

  #snapshot(): RoundStatus {
    const { chunks, done } = this.#state;
    const running = [...this.#running].slice(0, 100);
    return { round: this.#input.round.number, chunks, done, running };
  }

  report(): RoundReport {
    const { startedAt, chunks, done, clean, blocked, blockedCount, failed, totals } = this.#state;
    return {
      round: this.#input.round,
      startedAt,
      endedAt: (this.#state.endedAt ??= new Date().toISOString()),
      chunks,
      done,
      clean,
      blocked,
      blockedCount: blockedCount + this.#state.leftOut,
      failedCount: failed,
      totals,
    };
  }
}
