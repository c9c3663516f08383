/** Signals that chunks, rounds and workers send to their migration. */
import type { InternalMessages } from '../../protocol/messages.ts';
import type { BlockedChunk } from '../../protocol/reports.ts';
import { internalMessage, notInternal } from '../runtime/internal-messages.ts';
import type { Reject } from '../runtime/message-table.ts';
import type { Signals } from '../runtime/signals.ts';
import type { MigrationRun } from './run.ts';
import { addOpen, removeOpen } from './state/state.ts';

const MAX_REASON_CHARACTERS = 500;
/** Open chunks whose reasons are kept in the state; the ledger and the chunk's own page have all. */
const MAX_REASONS = 100;

type Handlers = { readonly [N in keyof InternalMessages]: (message: InternalMessages[N]) => void };

export function internalSignals(run: MigrationRun, reject: Reject): Signals {
  const handlers = internalHandlers(run);
  const signals = (Object.keys(handlers) as (keyof Handlers)[]).map((name) => {
    const receive = (sent: unknown): void => {
      const message = internalMessage(name, sent);
      if (message === undefined) return reject(name, notInternal(name));
      (handlers[name] as (message: object) => void)(message);
      run.changed();
    };
    const description = 'Sent by chunks, rounds and workers';
    return [name, { description, receive, wasLate: true }] as const;
  });
  return Object.fromEntries(signals);
}

function internalHandlers(run: MigrationRun): Handlers {
  const { state } = run;
  return {
    chunkBlocked: (blocked) => keepBlocked(run, blocked),
    chunkUnblocked: ({ chunk }) => {
      state.open = state.open.map((one) => (one.chunk === chunk ? { ...one, retried: true } : one));
      run.note('chunk unblocked', `blocked/${chunk}`, { chunk, round: state.round });
    },
    chunkClosed: ({ chunk }) => removeOpen(state, chunk),
    roundReport: (status) => {
      if (state.news?.round === status.round) state.news = { ...state.news, ...status };
    },
    linkReport: (report) => {
      state.link = report;
    },
  };
}

function keepBlocked(run: MigrationRun, blocked: BlockedChunk): void {
  const { state } = run;
  const { chunk, step, code } = blocked;
  const because = blocked.because.slice(0, MAX_REASON_CHARACTERS);
  const kept = state.open.length < MAX_REASONS ? because : '';
  addOpen(state, { ...blocked, because: kept, retried: false });
  const { round } = state;
  run.note('chunk blocked', `blocked/${chunk}`, { chunk, round, step, code, because });
}
