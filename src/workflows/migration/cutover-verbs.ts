/** Verbs about the cutover and the end. */
import { patched } from '@temporalio/workflow';
import { UNTIL_APPROVED_MS } from '../../policy/rounds/cutover.ts';
import { canAbort } from '../../policy/rounds/phase.ts';
import type { Fields } from '../runtime/message-table.ts';
import { needsNoApproval, type MigrationState, type Said } from './state.ts';
import type { Effects, VerbRow, VerbRows } from './verb-row.ts';

type CutoverVerb =
  'approveCutover' | 'postponeCutover' | 'startCutover' | 'commit' | 'rollBack' | 'abort';

export function cutoverVerbs(state: MigrationState, effects: Effects): VerbRows<CutoverVerb> {
  return {
    approveCutover: {
      description: 'Allow the cutover when its gates are open.',
      refuse: () => undefined,
      obey: (_, said) => {
        state.approved = said;
        liftPostponement(state);
        return 'approved';
      },
    },
    postponeCutover: {
      description: 'Withdraw the approval. {"until": "2026-03-01T02:00:00Z"}',
      refuse: ({ until }) => switchProblem(state) ?? momentProblem(until),
      obey: ({ until }, said) => postpone(state, until as string | undefined, said),
    },
    startCutover: {
      description: 'Cut over now, whatever the window says; the other gates stay.',
      refuse: () =>
        state.phase === 'ready to cut over'
          ? undefined
          : `it is ${state.phase}, not ready to cut over`,
      obey: (_, said) => {
        state.started = said;
        state.approved ??= said;
        liftPostponement(state);
        return 'the cutover begins';
      },
    },
    commit: ofTheSoak('Give up the old side after the soak.', 'commit'),
    rollBack: ofTheSoak('Go back to the old side during the soak.', 'roll back'),
    abort: {
      description: 'Give the migration up; what is at the destination stays.',
      refuse: () =>
        switchProblem(state) ?? (canAbort(state.phase) ? undefined : `it is ${state.phase}`),
      obey: (_, said) => {
        effects.abort(said);
        return 'aborted';
      },
    },
  };
}

/** No migration soaks yet. */
const ofTheSoak = (description: string, what: string): VerbRow => ({
  description,
  refuse: () => `there is nothing to ${what}: it is not soaking`,
  obey: () => '',
});

const switchProblem = ({ switching }: MigrationState): string | undefined =>
  switching ? 'the switch has begun: there is no way back' : undefined;

/** Text only: Date.parse takes the number 5 for a year. */
function momentProblem(until: Fields[string]): string | undefined {
  const isMoment = typeof until === 'string' && !Number.isNaN(Date.parse(until));
  return until === undefined || isMoment
    ? undefined
    : 'expected a moment such as "2026-03-01T02:00:00Z" as "until"';
}

function postpone(state: MigrationState, until: string | undefined, said: Said): string {
  delete state.approved;
  delete state.started;
  state.postponed = said;
  if (until !== undefined) state.postponedUntilMs = Date.parse(until);
  else if (needsNoApproval(state) && patched('postponed-until-approved'))
    state.postponedUntilMs = UNTIL_APPROVED_MS;
  return 'postponed';
}

function liftPostponement(state: MigrationState): void {
  delete state.postponed;
  delete state.postponedUntilMs;
}
