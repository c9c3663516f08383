/** The rounds of a migration, one at a time. */
import {
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  startChild,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { roundDeletes } from '../policy/deletes.ts';
import { roundId, type RoundInput, type RoundRef, type RoundReport } from './api.ts';
import { settingsOf } from './migration-facts.ts';
import type { MigrationRun } from './migration-run.ts';
import { keepRound } from './migration-state.ts';
import type { round } from './round.ts';
import { ROUND, roundAttributes } from './search-attributes.ts';

export function runRound(run: MigrationRun, kind: RoundRef['kind']): Promise<RoundReport> {
  return run.waits.insist(`run the ${kind} round`, () => oneRound(run, kind));
}

export function tellRound(run: MigrationRun, verb: 'pause' | 'resume'): void {
  const id = roundId(run.name, run.state.round);
  run.setInMotion(() => getExternalWorkflowHandle(id).signal(verb));
}

async function oneRound(run: MigrationRun, kind: RoundRef['kind']): Promise<RoundReport> {
  const ref = nextRef(run, kind);
  begin(run, ref);
  const report = keepRound(run.state, await reportOf(run, ref));
  const { chunks, clean, blockedCount, totals } = report;
  run.note('round closed', `round/${ref.number}/closed`, {
    round: ref.number,
    roundKind: kind,
    chunks,
    clean,
    blocked: blockedCount,
    totals,
  });
  run.show();
  return report;
}

function nextRef({ state }: MigrationRun, kind: RoundRef['kind']): RoundRef {
  const { deletesWhen, verifyMode } = settingsOf(state);
  return {
    number: (state.round += 1),
    kind,
    deletes: roundDeletes(deletesWhen, kind),
    verify: kind === 'final' || kind === 'rehearsal' ? verifyMode : 'copied',
  };
}

function begin(run: MigrationRun, { number, kind }: RoundRef): void {
  const { chunks } = run.state;
  run.state.news = { round: number, kind, chunks, done: 0, running: [] };
  run.note('round started', `round/${number}/started`, { round: number, roundKind: kind, chunks });
  upsertSearchAttributes([{ key: ROUND, value: number }]);
  run.show();
}

async function reportOf(run: MigrationRun, ref: RoundRef): Promise<RoundReport> {
  const { state, name } = run;
  const paused = state.paused !== undefined;
  const child = await startChild<typeof round>('round', {
    workflowId: roundId(name, ref.number),
    args: [inputOf(run, ref, paused)],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    typedSearchAttributes: roundAttributes(name, ref.number),
    staticSummary: `round ${ref.number}, ${ref.kind}`,
  });
  // What was said while it started did not reach it.
  if (paused !== (state.paused !== undefined) && patched('pause-while-starting'))
    tellRound(run, state.paused ? 'pause' : 'resume');
  const result = child.result();
  result.catch(() => undefined);
  return run.waits.unlessAborted(result);
}

/** The chunks that are still open from earlier rounds are left to themselves. */
function inputOf({ name, state }: MigrationRun, ref: RoundRef, paused: boolean): RoundInput {
  return {
    v: 1,
    migration: name,
    round: ref,
    settings: settingsOf(state),
    blocked: state.open.map(({ chunk }) => chunk),
    paused,
  };
}
