/** What a migration listens to: operators, its chunks and rounds, and whoever asks. */
import {
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  setHandler,
} from '@temporalio/workflow';
import { controlActivities } from './activity-stubs.ts';
import { chunkId, type InternalMessages } from './api.ts';
import { internalMessage, notOurs } from './internal-messages.ts';
import { registerVerbs, type Fields } from './message-table.ts';
import { cutoverReady, nextRoundOf, settingsOf } from './migration-facts.ts';
import { tellRound } from './migration-rounds.ts';
import type { MigrationRun } from './migration-run.ts';
import { progressOf } from './migration-shown.ts';
import { blockedChunks, dropOpen, keepOpen, keepRejected, type Said } from './migration-state.ts';
import { migrationVerbs } from './migration-verbs.ts';
import type { Effects } from './verb-row.ts';

const LONGEST_REASON = 500;

export function listenToMigration(run: MigrationRun): void {
  listenToOperators(run);
  listenToWorkflows(run);
  answerQueries(run);
}

function listenToOperators(run: MigrationRun): void {
  const verbs = migrationVerbs(run.state, effectsOf(run), (message, said, fields) => {
    noteDecision(run, message, said, fields);
    // Shown when the verb has done its work.
    void Promise.resolve().then(() => run.changed());
  });
  registerVerbs(verbs, (name, because) => {
    keepRejected(run.state, name, because);
    run.changed();
  });
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

function listenToWorkflows(run: MigrationRun): void {
  const internal = internalHandlers(run);
  for (const name of Object.keys(internal) as (keyof Internal)[]) {
    const handler = (sent: unknown): void => {
      const message = internalMessage(name, sent);
      if (message === undefined) keepRejected(run.state, name, notOurs(name));
      else (internal[name] as (message: object) => void)(message);
      run.changed();
    };
    setHandler(defineSignal<[unknown]>(name), handler, {
      description: 'Sent by chunks, rounds and workers',
    });
  }
}

function internalHandlers(run: MigrationRun): Internal {
  const { state } = run;
  return {
    chunkBlocked: (told) => {
      const blocked = { ...told, because: told.because.slice(0, LONGEST_REASON) };
      keepOpen(state, { ...blocked, retried: false });
      const { chunk, step, code, because } = blocked;
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
