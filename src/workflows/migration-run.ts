/* eslint-disable max-lines -- one class whose steps, waits and messages share one state; to be split by stage */
/** The steps of a migration: what `migration.ts` tells in words. */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  patched,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { UNTIL_APPROVED_MS } from '../policy/cutover.ts';
import { roundDeletes } from '../policy/deletes.ts';
import { nextPhase, type PhaseEvent } from '../policy/phase.ts';
import type { HookName, HookResult, LedgerNote } from '../activities/contract.ts';
import {
  controlActivities,
  DEFAULT_HEARTBEAT_TIMEOUT_MS,
  hookActivities,
  stepActivities,
} from './activity-stubs.ts';
import {
  chunkId,
  roundId,
  type InternalMessages,
  type MigrationInput,
  type MigrationOutcome,
  type RoundRef,
  type RoundReport,
} from './api.ts';
import { EffectQueue } from './effect-queue.ts';
import { reasonOf } from './failures.ts';
import { internalMessage, notOurs } from './internal-messages.ts';
import { registerVerbs } from './message-table.ts';
import { cutoverReady, dataReady, leftOpen, nextRoundOf, settingsOf } from './migration-facts.ts';
import { detailsOf, progressOf } from './migration-shown.ts';
import {
  blockedChunks,
  dropOpen,
  keepOpen,
  keepRejected,
  keepRound,
  needsNoApproval,
  openState,
  type MigrationState,
  type Said,
} from './migration-state.ts';
import { migrationVerbs } from './migration-verbs.ts';
import type { round } from './round.ts';
import type { Effects } from './verb-row.ts';
import {
  BLOCKED_CHUNKS,
  MIGRATION_ID,
  MIGRATION_PHASE,
  ROUND,
  roundAttributes,
} from './search-attributes.ts';

/** A condition is looked at again at least this often: windows open without a message. */
const LONGEST_WAIT_MS = 86_400_000;
const MOST_FINAL_ROUNDS = 5;

export class MigrationRun {
  readonly name: string;
  readonly state: MigrationState;
  readonly #queue = new EffectQueue();
  #changes = 0;
  #shownPhase: string | undefined;
  #shownBlocked = -1;

  constructor(input: MigrationInput) {
    this.name = input.migration;
    this.state = openState(input.state);
    this.#listen();
    // What was said is written down, even when the workflow is cancelled meanwhile.
    void CancellationScope.nonCancellable(() => this.#queue.run());
    this.#show();
  }

  async assess(): Promise<void> {
    // `start` writes that down, with who asked and why; once the workflow did, too.
    if (!patched('started-by-start'))
      this.#note('migration started', 'migration started', { migration: this.name });
    const plan = stepActivities(this.name, DEFAULT_HEARTBEAT_TIMEOUT_MS, 'assess and plan');
    const { settings, chunks } = await this.#insist('assess the tree', () =>
      plan.assessAndPlan({ migration: this.name }),
    );
    this.state.settings = settings;
    this.state.chunks = chunks;
    this.#enter({ type: 'planned' });
  }

  /** The first round may have a time before which it must not begin. */
  async waitForTheFirstRound(): Promise<void> {
    const { firstRoundMs = 0 } = settingsOf(this.state);
    await this.#until(
      () => Date.now() >= firstRoundMs,
      () => firstRoundMs,
    );
  }

  async seed(): Promise<void> {
    await this.runRound('seed');
    this.#enter({ type: 'seeded' });
  }

  /** Rounds at a shrinking interval, until the cutover may begin. */
  async catchUp(): Promise<void> {
    for (;;) {
      await this.#until(() => !this.state.paused);
      this.#judgeData();
      if (cutoverReady(this.state, Date.now()).ready) return;
      const kind = this.state.roundAsked ?? 'catch-up';
      const next = nextRoundOf(this.state, Date.now());
      if (this.state.roundAsked || next.action === 'start') {
        delete this.state.roundAsked;
        await this.runRound(kind);
        this.#judgeData();
        await this.continueAsNew();
      } else await this.#somethingHappens(next.atMs);
    }
  }

  /** Freeze, final rounds until nothing is open, switch. Gives up, with the reason, when it cannot. */
  async cutOver(): Promise<void> {
    this.#enter({ type: 'cutover begun' });
    this.state.cutovers += 1;
    // What was postponed until now is over; what is postponed from now on ends this cutover.
    if (this.state.postponed && patched('postponement-ends')) {
      delete this.state.postponed;
      delete this.state.postponedUntilMs;
    }
    this.#note('cutover', `cutover/${this.state.cutovers}`, {
      state: 'started',
      round: this.state.round + 1,
    });
    const hindered =
      (await this.#hook('freeze')) ?? (await this.#finalRounds()) ?? (await this.#switch());
    if (hindered !== undefined) return this.#giveUp(hindered);
    this.#note('cutover', `cutover/${this.state.cutovers}/switched`, { state: 'switched' });
    this.#enter({ type: 'switched', soak: false });
    this.#note('done', 'done', { outcome: 'done', because: 'switched over' });
  }

  /** From here on abort and postpone are refused: what they promise could not be kept. */
  #switch(): Promise<string | undefined> {
    if (patched('switch-is-final')) this.state.switching = true;
    return this.#hook('switch');
  }

  async #finalRounds(): Promise<string | undefined> {
    let open: string | undefined;
    for (let tries = 0; tries < MOST_FINAL_ROUNDS; tries++) {
      const report = await this.runRound('final');
      if (this.state.postponed) return `postponed: ${this.state.postponed.because}`;
      open = leftOpen(report, this.state.open.length);
      if (open === undefined) return undefined;
      this.state.because = `another final round: ${open}`;
      // A chunk that needs a person holds the cutover until it is mended or accepted.
      await this.#until(() => this.state.open.length === 0 || this.state.postponed !== undefined);
    }
    return `after ${MOST_FINAL_ROUNDS} final rounds ${open}: is the source frozen?`;
  }

  #giveUp(because: string): void {
    delete this.state.approved;
    delete this.state.started;
    delete this.state.switching;
    // Where no approval is asked for, the next try would follow at once, for ever.
    if (!this.state.postponed && needsNoApproval(this.state) && patched('given-up-waits')) {
      this.state.postponed = { by: 'longhaul', because, at: new Date().toISOString() };
      this.state.postponedUntilMs = UNTIL_APPROVED_MS;
    }
    this.#note('cutover', `cutover/${this.state.cutovers}/given up`, {
      state: 'postponed',
      because,
    });
    this.#enter({ type: 'cutover given up', because: `the cutover was given up: ${because}` });
  }

  /** Runs a hook of the spec, if it has it; answers with what went wrong. */
  async #hook(hook: HookName): Promise<string | undefined> {
    const { hasFreezeHook, hasSwitchHook } = settingsOf(this.state);
    if (!(hook === 'freeze' ? hasFreezeHook : hasSwitchHook)) return undefined;
    const key = `${hook}/${this.state.cutovers}`;
    try {
      const hooks = hookActivities(this.name, `${hook} hook`);
      const run: Promise<HookResult> = hooks.runHook({ migration: this.name, hook, key });
      // After the switch has begun there is no way back: it is not interrupted.
      const { exitCode, output } = await (hook === 'switch' ? run : this.#unlessAborted(run));
      return exitCode === 0
        ? undefined
        : `the ${hook} hook ended with ${exitCode}: ${output.slice(-300)}`;
    } catch (error) {
      if (this.aborted) throw error;
      const { code, because } = reasonOf(error);
      return `the ${hook} hook failed: ${because} [${code}]`;
    }
  }

  runRound(kind: RoundRef['kind']): Promise<RoundReport> {
    return this.#insist(`run the ${kind} round`, () => this.#oneRound(kind));
  }

  async #oneRound(kind: RoundRef['kind']): Promise<RoundReport> {
    const settings = settingsOf(this.state);
    const ref: RoundRef = {
      number: (this.state.round += 1),
      kind,
      deletes: roundDeletes(settings.deletesWhen, kind),
      verify: kind === 'final' || kind === 'rehearsal' ? settings.verifyMode : 'copied',
    };
    this.state.news = { round: ref.number, kind, chunks: this.state.chunks, done: 0, running: [] };
    this.#note('round started', `round/${ref.number}/started`, {
      round: ref.number,
      roundKind: kind,
      chunks: this.state.chunks,
    });
    upsertSearchAttributes([{ key: ROUND, value: ref.number }]);
    this.#show();
    const report = keepRound(this.state, await this.#roundReport(ref));
    const { chunks, clean, blockedCount, totals } = report;
    this.#note('round closed', `round/${ref.number}/closed`, {
      round: ref.number,
      roundKind: kind,
      chunks,
      clean,
      blocked: blockedCount,
      totals,
    });
    this.#show();
    return report;
  }

  /** The chunks that are still open from earlier rounds are left to themselves. */
  async #roundReport(ref: RoundRef): Promise<RoundReport> {
    const { state } = this;
    const paused = state.paused !== undefined;
    const child = await startChild<typeof round>('round', {
      workflowId: roundId(this.name, ref.number),
      args: [
        {
          v: 1,
          migration: this.name,
          round: ref,
          settings: settingsOf(state),
          blocked: state.open.map(({ chunk }) => chunk),
          paused,
        },
      ],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: roundAttributes(this.name, ref.number),
      staticSummary: `round ${ref.number}, ${ref.kind}`,
    });
    // What was said while it started did not reach it.
    if (paused !== (state.paused !== undefined) && patched('pause-while-starting'))
      this.#tellRound(state.paused ? 'pause' : 'resume');
    const result = child.result();
    result.catch(() => undefined);
    return this.#unlessAborted(result);
  }

  outcome(): MigrationOutcome {
    const phase = this.state.phase === 'aborted' ? 'aborted' : 'done';
    return { migration: this.name, phase, because: this.state.because, rounds: this.state.round };
  }

  /** Whatever runs is cancelled; nothing at either side is touched. */
  async abort(): Promise<void> {
    const said = this.state.aborted!;
    const ids = [
      ...(this.state.news ? [roundId(this.name, this.state.round)] : []),
      ...this.state.open.map(({ chunk }) => chunkId(this.name, chunk)),
    ];
    for (const id of ids)
      await getExternalWorkflowHandle(id)
        .cancel()
        .catch(() => undefined);
    delete this.state.news;
    this.#enter({ type: 'aborted', because: `aborted by ${said.by}: ${said.because}` });
    this.#note('done', 'done', { outcome: 'aborted', by: said.by, because: said.because });
  }

  get aborted(): boolean {
    return this.state.aborted !== undefined;
  }

  /** Everything that was said is done and written before the run ends. */
  async settle(): Promise<void> {
    await this.#queue.idle();
    await condition(allHandlersFinished);
  }

  /** A history must not grow over the months. */
  async continueAsNew(): Promise<void> {
    await this.settle();
    this.#throwIfAborted();
    await continueAsNew<(input: MigrationInput) => Promise<MigrationOutcome>>({
      v: 1,
      migration: this.name,
      state: this.state,
    });
  }

  #listen(): void {
    const { state } = this;
    const changed = (): void => {
      this.#changes += 1;
      this.#show();
    };
    const verbs = migrationVerbs(state, this.#effects(), (message, said, fields) => {
      this.#decided(message, said, fields);
      // Shown when the verb has done its work.
      void Promise.resolve().then(changed);
    });
    const internal: { [N in keyof InternalMessages]: (message: InternalMessages[N]) => void } = {
      chunkBlocked: (chunk) => {
        keepOpen(state, { ...chunk, because: chunk.because.slice(0, 500), retried: false });
        this.#note('chunk blocked', `blocked/${chunk.chunk}`, {
          chunk: chunk.chunk,
          round: state.round,
          step: chunk.step,
          code: chunk.code,
          because: chunk.because.slice(0, 500),
        });
      },
      chunkUnblocked: ({ chunk }) => {
        state.open = state.open.map((one) =>
          one.chunk === chunk ? { ...one, retried: true } : one,
        );
        this.#note('chunk unblocked', `blocked/${chunk}`, { chunk, round: state.round });
      },
      chunkClosed: ({ chunk }) => dropOpen(state, chunk),
      roundReport: (news) => {
        if (state.news?.round === news.round) state.news = { ...state.news, ...news };
      },
      linkReport: (report) => (state.link = report),
    };
    registerVerbs(verbs, (name, because) => {
      keepRejected(state, name, because);
      changed();
    });
    for (const name of Object.keys(internal) as (keyof InternalMessages)[]) {
      const handler = (sent: unknown): void => {
        const message = internalMessage(name, sent);
        if (message === undefined) keepRejected(state, name, notOurs(name));
        else (internal[name] as (message: object) => void)(message);
        changed();
      };
      setHandler(defineSignal<[unknown]>(name), handler, {
        description: 'Sent by chunks, rounds and workers',
      });
    }
    this.#answerQueries();
  }

  #answerQueries(): void {
    const { state, name } = this;
    const answers: Record<string, [description: string, answer: () => unknown]> = {
      progress: [
        'Phase, round, blocked chunks, gates, next steps',
        () => progressOf(name, state, Date.now()),
      ],
      chunks: [
        'Chunks that run or are open',
        () => ({ running: state.news?.running ?? [], open: state.open }),
      ],
      exceptions: ['What is blocked, and why', () => blockedChunks(state)],
      forecast: [
        'When the next round begins, and what holds the cutover',
        () => ({
          cutover: cutoverReady(state, Date.now()),
          ...(state.settings && state.rounds.length > 0
            ? { next: nextRoundOf(state, Date.now()) }
            : {}),
        }),
      ],
      spec: [
        'The settings the workflow decides by',
        () => (state.settings ? settingsOf(state) : {}),
      ],
    };
    for (const [query, [description, answer]] of Object.entries(answers))
      setHandler(defineQuery<unknown>(query), answer, { description });
  }

  #effects(): Effects {
    const { name, state } = this;
    return {
      change: (change) =>
        this.#queue.add(() =>
          controlActivities(name, change.type).changeControls({ migration: name, change }),
        ),
      tellRound: (verb) => {
        if (state.news) this.#tellRound(verb);
      },
      tellChunk: (chunk, verb, { by, because }) =>
        this.#queue.add(() =>
          getExternalWorkflowHandle(chunkId(name, chunk)).signal(verb, { by, reason: because }),
        ),
      abort: (said) => {
        state.aborted = said;
      },
    };
  }

  #tellRound(verb: 'pause' | 'resume'): void {
    const id = roundId(this.name, this.state.round);
    this.#queue.add(() => getExternalWorkflowHandle(id).signal(verb));
  }

  #decided(
    message: string,
    { by, because }: Said,
    fields: Readonly<Record<string, unknown>>,
  ): void {
    const details = Object.fromEntries(
      Object.entries(fields).filter(([name]) => name !== 'by' && name !== 'reason'),
    );
    this.state.decisions += 1;
    this.#note('decision', `decision/${this.state.decisions}`, { message, by, because, details });
  }

  #note(kind: string, key: string, data: LedgerNote['data']): void {
    const note: LedgerNote = { kind, key, at: new Date().toISOString(), data };
    this.#queue.add(() =>
      controlActivities(this.name, `ledger: ${kind}`).record({ migration: this.name, note }),
    );
  }

  #judgeData(): void {
    const { ready, because } = dataReady(this.state, Date.now());
    this.#enter({ type: 'gates', open: ready, because });
  }

  #enter(event: PhaseEvent): void {
    const step = nextPhase(this.state.phase, event);
    this.state.because = step.because;
    if (step.action === 'enter') {
      this.state.phase = step.phase;
      this.#note('phase', `phase/${this.state.round}/${this.state.cutovers}/${step.phase}`, {
        phase: step.phase,
        because: step.because,
      });
    }
    this.#show();
  }

  /** Search attributes cost an event: only what changed. */
  #show(): void {
    const { phase } = this.state;
    const blocked = blockedChunks(this.state).length;
    setCurrentDetails(detailsOf(this.name, this.state, Date.now()));
    if (phase !== this.#shownPhase || blocked !== this.#shownBlocked) {
      upsertSearchAttributes([
        { key: MIGRATION_ID, value: this.name },
        { key: MIGRATION_PHASE, value: phase },
        { key: BLOCKED_CHUNKS, value: blocked },
      ]);
    }
    this.#shownPhase = phase;
    this.#shownBlocked = blocked;
  }

  /** Waits for a message, or until the clock may have changed an answer. */
  async #somethingHappens(latestMs: number): Promise<void> {
    const seen = this.#changes;
    const waitMs = Math.min(
      LONGEST_WAIT_MS,
      Math.max(1_000, this.#nextMoment(latestMs) - Date.now()),
    );
    await condition(() => this.#changes !== seen || this.aborted, waitMs);
    this.#throwIfAborted();
  }

  /** The first moment at which a gate may open by itself. */
  #nextMoment(latestMs: number): number {
    const { window } = settingsOf(this.state);
    const moments = [latestMs, window?.startMs, this.state.postponedUntilMs].filter(
      (ms) => ms !== undefined && ms > Date.now(),
    );
    return Math.min(latestMs, ...(moments as number[]));
  }

  async #until(
    holds: () => boolean,
    atMs: () => number = () => Date.now() + LONGEST_WAIT_MS,
  ): Promise<void> {
    while (!holds()) {
      this.#throwIfAborted();
      await this.#somethingHappens(atMs());
    }
    this.#throwIfAborted();
  }

  /** What fails for good pauses the migration with the reason; resume tries again. */
  async #insist<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await this.#unlessAborted(work());
      } catch (error) {
        if (this.aborted || isCancellation(error)) throw error;
        const { code, because } = reasonOf(error);
        delete this.state.news;
        const at = new Date().toISOString();
        this.state.paused = { by: 'longhaul', because: `cannot ${what}: ${because} [${code}]`, at };
        await this.#until(() => !this.state.paused);
      }
    }
  }

  async #unlessAborted<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const settled = work.finally(() => (over = true));
    settled.catch(() => undefined);
    await CancellationScope.nonCancellable(() => condition(() => over || this.aborted));
    if (!over) this.#throwIfAborted();
    return work;
  }

  #throwIfAborted(): void {
    if (this.aborted) throw new Aborted();
  }
}

/** Thrown to leave whatever the migration is at; never leaves the workflow. */
export class Aborted extends Error {
  override readonly name = 'Aborted';
}
