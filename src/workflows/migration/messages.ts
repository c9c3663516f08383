/** Operators' messages to a migration: their effects, and their record in the ledger. */
import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { chunkId } from '../../protocol/names.ts';
import { controlActivities } from '../runtime/activity-stubs.ts';
import { registerVerbs, type MessageFields, type Reject } from '../runtime/message-table.ts';
import { withRejected } from '../runtime/rejected.ts';
import { internalSignals } from './internal-signals.ts';
import { answerQueries } from './queries.ts';
import { signalRound } from './round-child.ts';
import type { MigrationRun } from './run.ts';
import type { Attribution } from './state/state.ts';
import type { Effects } from './verbs/verb.ts';
import { migrationVerbs } from './verbs/verbs.ts';

export function listenToMigration(run: MigrationRun): void {
  const verbs = migrationVerbs(run.state, effectsOf(run), (verb, by, fields) => {
    noteDecision(run, verb, by, fields);
    // Runs after the verb has been applied.
    void Promise.resolve().then(() => run.changed());
  });
  const reject: Reject = (name, because) => {
    run.state.rejected = withRejected(run.state.rejected, name, because);
    run.changed();
  };
  registerVerbs(verbs, reject, internalSignals(run, reject));
  answerQueries(run);
}

function effectsOf(run: MigrationRun): Effects {
  const { name, state } = run;
  return {
    changeControls: (change) =>
      run.enqueue(() =>
        controlActivities(name, change.type).changeControls({ migration: name, change }),
      ),
    signalRound: (verb) => {
      if (state.news) signalRound(run, verb);
    },
    signalChunk: (chunk, verb, { by, because }) =>
      run.enqueue(() =>
        getExternalWorkflowHandle(chunkId(name, chunk)).signal(verb, { by, reason: because }),
      ),
    abort: (by) => {
      state.aborted = by;
    },
  };
}

function noteDecision(
  run: MigrationRun,
  message: string,
  { by, because }: Attribution,
  fields: MessageFields,
): void {
  const details = Object.fromEntries(
    Object.entries(fields).filter(([name]) => name !== 'by' && name !== 'reason'),
  );
  run.state.decisions += 1;
  run.note('decision', `decision/${run.state.decisions}`, { message, by, because, details });
}
