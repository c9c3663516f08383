/**
 * One chunk in one round: scan → copy → verify → delete-pass → close. What needs a person parks it
 * as blocked, with the reason, until somebody says retry or skip; nobody else waits for it.
 */
import {
  CancellationScope,
  condition,
  allHandlersFinished,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  defineQuery,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ChunkSum, StepResult } from '../../model/round.ts';
import { stepActivities } from '../runtime/activity-stubs.ts';
import type { ChunkInput } from '../../protocol/inputs.ts';
import type { InternalMessages } from '../../protocol/messages.ts';
import { migrationId, roundId, type ChunkState } from '../../protocol/names.ts';
import type { BlockedChunk, ChunkReport } from '../../protocol/reports.ts';
import { chunkDetails } from './details.ts';
import { listenToChunk, type ChunkDecision } from './controls.ts';
import { reasonOf } from '../runtime/failures.ts';
import { withRejected, type Rejected } from '../runtime/rejected.ts';
import { CHUNK_STATE } from '../runtime/search-attributes.ts';

type Activity = 'scan' | 'copy' | 'verify' | 'deletePass';
const STEPS: readonly (readonly [Activity, BlockedChunk['step'], ChunkState])[] = [
  ['scan', 'scan', 'scanning'],
  ['copy', 'copy', 'copying'],
  ['verify', 'verify', 'verifying'],
  ['deletePass', 'delete-pass', 'deleting'],
];

export async function chunk(input: ChunkInput): Promise<ChunkReport> {
  const run = new ChunkRun(input);
  const report = await run.toItsEnd();
  await condition(allHandlersFinished);
  return report;
}

class ChunkRun {
  readonly #input: ChunkInput;
  readonly #startedAt = Date.now();
  #state: ChunkState = 'scanning';
  #shown: ChunkState | undefined;
  #paused: boolean;
  #decision: ChunkDecision | undefined;
  #blocked: BlockedChunk | undefined;
  #wasBlocked = false;
  #rejected: Rejected[] = [];
  #scope: CancellationScope | undefined;

  constructor(input: ChunkInput) {
    this.#input = input;
    this.#paused = input.paused === true;
    setHandler(defineQuery<unknown>('progress'), () => this.#progress(), {
      description: 'State, round, and why it is blocked',
    });
    listenToChunk({
      state: () => this.#state,
      pause: () => this.#pause(),
      resume: () => this.#resume(),
      decide: (decision) => (this.#decision = decision),
      rejected: (name, because) => {
        this.#rejected = withRejected(this.#rejected, name, because);
        this.#show();
      },
    });
  }

  async toItsEnd(): Promise<ChunkReport> {
    for (;;) {
      const open = await this.#tryAll();
      if (open === undefined) return this.#end('done', await this.#close());
      const decision = await this.#waitBlocked(open);
      if (decision === 'skip') {
        const sum = await this.#closeOrBlock();
        if (sum !== undefined) return this.#end('skipped', sum);
      }
    }
  }

  /** Every step does what it can; answers with the first thing that needs a person. */
  async #tryAll(): Promise<BlockedChunk | undefined> {
    let open: BlockedChunk | undefined;
    for (const [activity, step, state] of STEPS) {
      this.#enter(state);
      try {
        const result = await this.#step(step, (steps) => steps[activity](this.#stepInput()));
        if (result.blocked > 0) open ??= this.#blockedBy(step, result);
      } catch (error) {
        if (isCancellation(error)) throw error;
        return open ?? { ...this.#blockedNow(step), ...reasonOf(error) };
      }
    }
    if (open !== undefined) return open;
    return undefined;
  }

  /** The sum; a failure of the bookkeeping blocks like one of a step. */
  async #close(): Promise<ChunkSum> {
    for (;;) {
      const sum = await this.#closeOrBlock();
      if (sum !== undefined) return sum;
    }
  }

  async #closeOrBlock(): Promise<ChunkSum | undefined> {
    this.#enter('closing');
    try {
      return await this.#step('close', (steps) => steps.closeChunk(this.#stepInput()));
    } catch (error) {
      if (isCancellation(error)) throw error;
      await this.#waitBlocked({ ...this.#blockedNow('close'), ...reasonOf(error) });
      return undefined;
    }
  }

  /** Runs one activity; a pause cancels it at a safe point, and resume runs it again from its journal. */
  async #step<T>(
    step: BlockedChunk['step'],
    work: (steps: ReturnType<typeof stepActivities>) => Promise<T>,
  ): Promise<T> {
    const { migration, settings, chunk, round } = this.#input;
    const summary = `${step} ${chunk}, round ${round.number}`;
    const steps = stepActivities(migration, settings.heartbeatTimeoutMs, summary);
    const state = this.#state;
    for (;;) {
      await this.#whilePaused(state);
      this.#scope = new CancellationScope();
      try {
        return await this.#scope.run(() => work(steps));
      } catch (error) {
        const byPause = isCancellation(error) && this.#scope.consideredCancelled;
        if (!byPause || CancellationScope.current().consideredCancelled) throw error;
      } finally {
        this.#scope = undefined;
      }
    }
  }

  async #whilePaused(state: ChunkState): Promise<void> {
    if (!this.#paused) return;
    this.#enter('paused');
    await condition(() => !this.#paused);
    // Told to resume and to pause again in one task: it was not paused for a moment.
    while (this.#paused && patched('paused-again')) await condition(() => !this.#paused);
    this.#enter(state);
  }

  /** Says so to the migration first, then to the round, which goes on without this chunk. */
  async #waitBlocked(blocked: BlockedChunk): Promise<ChunkDecision> {
    this.#blocked = blocked;
    this.#wasBlocked = true;
    this.#decision = undefined;
    this.#enter('blocked');
    await this.#tell('migration', 'chunkBlocked', blocked);
    await this.#tell('round', 'chunkBlocked', blocked);
    await condition(() => this.#decision !== undefined);
    const decision = this.#decision!;
    this.#blocked = undefined;
    await this.#tell('migration', 'chunkUnblocked', { chunk: this.#input.chunk });
    return decision;
  }

  async #end(state: 'done' | 'skipped', sum: ChunkSum): Promise<ChunkReport> {
    this.#enter(state);
    const { chunk, round } = this.#input;
    const elapsedMs = Date.now() - this.#startedAt;
    const report = { chunk, round: round.number, state, sum: { ...sum }, elapsedMs };
    if (this.#wasBlocked) await this.#tell('migration', 'chunkClosed', report);
    return report;
  }

  /** A migration or round that has ended misses nothing. */
  async #tell<N extends keyof InternalMessages>(
    whom: 'migration' | 'round',
    name: N,
    message: InternalMessages[N],
  ): Promise<void> {
    const { migration, round } = this.#input;
    const id = whom === 'migration' ? migrationId(migration) : roundId(migration, round.number);
    try {
      await getExternalWorkflowHandle(id).signal(name, message);
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
  }

  #pause(): void {
    this.#paused = true;
    this.#scope?.cancel();
  }

  #resume(): void {
    this.#paused = false;
  }

  #enter(state: ChunkState): void {
    this.#state = state;
    this.#show();
    if (this.#shown === state) return;
    this.#shown = state;
    upsertSearchAttributes([{ key: CHUNK_STATE, value: state }]);
  }

  #show(): void {
    setCurrentDetails(chunkDetails(this.#input, this.#state, this.#blocked, this.#rejected));
  }

  #stepInput() {
    const { migration, chunk, round } = this.#input;
    return { migration, chunk, round };
  }

  #blockedNow(step: BlockedChunk['step']): Pick<BlockedChunk, 'chunk' | 'step' | 'since'> {
    return { chunk: this.#input.chunk, step, since: new Date().toISOString() };
  }

  #blockedBy(step: BlockedChunk['step'], { open, blocked }: StepResult): BlockedChunk {
    const first = open[0];
    const code = first?.code ?? 'BUG';
    const sample = first === undefined ? '' : `, first: ${first.path}: ${first.message}`;
    const because = `${blocked} ${blocked === 1 ? 'entry' : 'entries'}${sample}`;
    return { ...this.#blockedNow(step), code, because };
  }

  #progress(): object {
    const { chunk, round } = this.#input;
    return {
      chunk,
      round: round.number,
      state: this.#state,
      paused: this.#paused,
      blocked: this.#blocked,
      rejectedMessages: this.#rejected,
      runId: workflowInfo().runId,
    };
  }
}
