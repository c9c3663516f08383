/** What a migration listens to: operators, its chunks and rounds, and whoever asks. */
import { defineQuery, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { controlActivities } from '../runtime/activity-stubs.ts';
import type { InternalMessages } from '../../protocol/messages.ts';
import { chunkId } from '../../protocol/names.ts';
import { internalMessage, notOurs } from '../runtime/internal-messages.ts';
import { registerVerbs, type Fields, type Reject } from '../runtime/message-table.ts';
import { cutoverReady, nextRoundOf, settingsOf } from './facts.ts';
import { tellRound } from './rounds.ts';
import type { MigrationRun } from './run.ts';
import { progressOf } from './shown.ts';
import { blockedChunks, dropOpen, keepOpen, keepRejected, type Said } from './state.ts';
import { migrationVerbs } from './verbs.ts';
import type { Signals } from '../runtime/signals.ts';
import type { Effects } from './verb-row.ts';

const LONGEST_REASON = 500;
/** Of the chunks that are open at once; the others have theirs in the ledger, and on their own page. */
const MOST_REASONS = 100;

export function listenToMigration(run: MigrationRun): void {
  const verbs = migrationVerbs(run.state, effectsOf(run), (message, said, fields) => {
    noteDecision(run, message, said, fields);
    // Shown when the verb has done its work.
    void Promise.resolve().then(() => run.changed());
  });
  const reject: Reject = (name, because) => {
    keepRejected(run.state, name, because);
    run.changed();
  };
  registerVerbs(verbs, reject, signalsOfWorkflows(run));
  answerQueries(run);
}

function effectsOf(run: MigrationRun): Effects {
  const { name, state } = run;
  return {
    change: (change) =>
      run.setInMotion(() =>
        controlActivities(name, change.type).changeControls({ migration: name, change }),
      ),
    tellRound: (verb) => {
      if (state.news) tellRound(run, verb);
    },
    tellChunk: (chunk, verb, { by, because }) =>
      run.setInMotion(() =>
        getExternalWorkflowHandle(chunkId(name, chunk)).signal(verb, { by, reason: because }),
      ),
    abort: (said) => {
      state.aborted = said;
    },
  };
}

function noteDecision(
  run: MigrationRun,
  message: string,
  { by, because }: Said,
  fields: Fields,
): void {
  const details = Object.fromEntries(
    Object.entries(fields).filter(([name]) => name !== 'by' && name !== 'reason'),
  );
  run.state.decisions += 1;
  run.note('decision', `decision/${run.state.decisions}`, { message, by, because, details });
}

type Internal = { readonly [N in keyof InternalMessages]: (message: InternalMessages[N]) => void };

function signalsOfWorkflows(run: MigrationRun): Signals {
  const internal = internalHandlers(run);
  const signals = (Object.keys(internal) as (keyof Internal)[]).map((name) => {
    const take = (sent: unknown): void => {
      const message = internalMessage(name, sent);
      if (message === undefined) keepRejected(run.state, name, notOurs(name));
      else (internal[name] as (message: object) => void)(message);
      run.changed();
    };
    const description = 'Sent by chunks, rounds and workers';
    return [name, { description, take, wasLate: true }] as const;
  });
  return Object.fromEntries(signals);
}

function internalHandlers(run: MigrationRun): Internal {
  const { state } = run;
  return {
    chunkBlocked: (told) => {
      const because = told.because.slice(0, LONGEST_REASON);
      const { chunk, step, code } = told;
      const kept = state.open.length < MOST_REASONS ? because : '';
      keepOpen(state, { ...told, because: kept, retried: false });
      const { round } = state;
      run.note('chunk blocked', `blocked/${chunk}`, { chunk, round, step, code, because });
    },
    chunkUnblocked: ({ chunk }) => {
      state.open = state.open.map((one) => (one.chunk === chunk ? { ...one, retried: true } : one));
      run.note('chunk unblocked', `blocked/${chunk}`, { chunk, round: state.round });
    },
    chunkClosed: ({ chunk }) => dropOpen(state, chunk),
    roundReport: (news) => {
      if (state.news?.round === news.round) state.news = { ...state.news, ...news };
    },
    linkReport: (report) => (state.link = report),
  };
}

function answerQueries({ state, name }: MigrationRun): void {
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
    spec: ['The settings the workflow decides by', () => (state.settings ? settingsOf(state) : {})],
  };
  for (const [query, [description, answer]] of Object.entries(answers))
    setHandler(defineQuery<unknown>(query), answer, { description });
}
