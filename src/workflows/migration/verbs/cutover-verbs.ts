/** Verbs that control the cutover and end the migration. */
import { patched } from '@temporalio/workflow';
import { UNTIL_APPROVED_MS } from '../../../policy/rounds/cutover.ts';
import { canAbort } from '../../../policy/rounds/phase.ts';
import type { MessageFields } from '../../runtime/message-table.ts';
import { needsNoApproval, type Attribution, type MigrationState } from '../state/state.ts';
import type { Effects, MigrationVerbRow, VerbRows } from './verb.ts';

type ApprovalVerb = 'approveCutover' | 'postponeCutover' | 'startCutover';

export function cutoverVerbs(
  state: MigrationState,
  effects: Effects,
): VerbRows<ApprovalVerb | 'abort' | 'commit' | 'rollBack'> {
  return {
    ...approvalVerbs(state),
    commit: AFTER_SOAK,
    rollBack: AFTER_SOAK,
    abort: {
      description: 'End the migration; the destination keeps what was copied.',
      validate: () =>
        switchProblem(state) ?? (canAbort(state.phase) ? undefined : `it is ${state.phase}`),
      apply: (_, by) => {
        effects.abort(by);
        return 'aborted';
      },
    },
  };
}

/** The names are frozen. */
const AFTER_SOAK: MigrationVerbRow = {
  description: 'Applies only while a migration soaks.',
  validate: () => 'applies only while a migration soaks',
  apply: () => '',
};

function approvalVerbs(state: MigrationState): VerbRows<ApprovalVerb> {
  return {
    approveCutover: {
      description: 'Allow the cutover when its gates are open.',
      validate: () => undefined,
      apply: (_, by) => {
        state.approved = by;
        liftPostponement(state);
        return 'approved';
      },
    },
    postponeCutover: {
      description: 'Withdraw the approval. {"until": "2026-03-01T02:00:00Z"}',
      validate: ({ until }) => switchProblem(state) ?? momentProblem(until),
      apply: ({ until }, by) => postpone(state, until as string | undefined, by),
    },
    startCutover: {
      description: 'Cut over now, even outside the window; the other gates still apply.',
      validate: () =>
        state.phase === 'ready to cut over'
          ? undefined
          : `it is ${state.phase}, not ready to cut over`,
      apply: (_, by) => {
        state.started = by;
        state.approved ??= by;
        liftPostponement(state);
        return 'the cutover begins';
      },
    },
  };
}

const switchProblem = ({ switching }: MigrationState): string | undefined =>
  switching ? 'the switch has begun: there is no way back' : undefined;

/** Accepts text only: Date.parse takes the number 5 for a year. */
function momentProblem(until: MessageFields[string]): string | undefined {
  const isMoment = typeof until === 'string' && !Number.isNaN(Date.parse(until));
  return until === undefined || isMoment
    ? undefined
    : 'expected a moment such as "2026-03-01T02:00:00Z" as "until"';
}

function postpone(state: MigrationState, until: string | undefined, by: Attribution): string {
  delete state.approved;
  delete state.started;
  state.postponed = by;
  if (until !== undefined) state.postponedUntilMs = Date.parse(until);
  else if (needsNoApproval(state) && patched('postponed-until-approved'))
    state.postponedUntilMs = UNTIL_APPROVED_MS;
  return 'postponed';
}

function liftPostponement(state: MigrationState): void {
  delete state.postponed;
  delete state.postponedUntilMs;
}
