/** Freeze, final rounds until nothing is open, switch. Gives up, with the reason, when it cannot. */
import { patched } from '@temporalio/workflow';
import type { HookName, HookResult } from '../../protocol/activities.ts';
import { UNTIL_APPROVED_MS } from '../../policy/rounds/cutover.ts';
import { hookActivities } from '../runtime/activity-stubs.ts';
import { reasonOf } from '../runtime/failures.ts';
import { leftOpen, settingsOf } from './facts.ts';
import { runRound } from './rounds.ts';
import type { MigrationRun } from './run.ts';
import { needsNoApproval, type MigrationState } from './state.ts';

const MOST_FINAL_ROUNDS = 5;

export async function cutOver(run: MigrationRun): Promise<void> {
  const { state } = run;
  run.enter({ type: 'cutover begun' });
  state.cutovers += 1;
  delete state.givenUp;
  forgetPostponement(state);
  run.note('cutover', `cutover/${state.cutovers}`, { state: 'started', round: state.round + 1 });
  const hindered =
    (await runHook(run, 'freeze')) ?? (await finalRounds(run)) ?? (await switchOver(run));
  if (hindered !== undefined) return giveUp(run, hindered);
  run.note('cutover', `cutover/${state.cutovers}/switched`, { state: 'switched' });
  run.enter({ type: 'switched', soak: false });
  run.note('done', 'done', { outcome: 'done', because: 'switched over' });
}

/** What was postponed until now is over; what is postponed from now on ends this cutover. */
function forgetPostponement(state: MigrationState): void {
  if (!state.postponed || !patched('postponement-ends')) return;
  delete state.postponed;
  delete state.postponedUntilMs;
}

/** From here on abort and postpone are refused: what they promise could not be kept. */
function switchOver(run: MigrationRun): Promise<string | undefined> {
  if (patched('switch-is-final')) run.state.switching = true;
  return runHook(run, 'switch');
}

/** Answers with what is in the way, as the others do. */
async function finalRounds(run: MigrationRun): Promise<string | undefined> {
  const { state, waits } = run;
  let open: string | undefined;
  for (let tries = 0; tries < MOST_FINAL_ROUNDS; tries++) {
    const report = await runRound(run, 'final');
    if (state.postponed) return `postponed: ${state.postponed.because}`;
    open = leftOpen(report, state.open.length);
    if (open === undefined) return undefined;
    state.because = `another final round: ${open}`;
    // A chunk that needs a person holds the cutover until it is mended or accepted.
    await waits.until(() => state.open.length === 0 || state.postponed !== undefined);
  }
  return `after ${MOST_FINAL_ROUNDS} final rounds ${open}: is the source frozen?`;
}

function giveUp(run: MigrationRun, because: string): void {
  const { state } = run;
  delete state.approved;
  delete state.started;
  delete state.switching;
  state.givenUp = { because, at: new Date().toISOString() };
  // Where no approval is asked for, the next try would follow at once, for ever.
  if (!state.postponed && needsNoApproval(state) && patched('given-up-waits')) {
    state.postponed = { by: 'longhaul', because, at: new Date().toISOString() };
    state.postponedUntilMs = UNTIL_APPROVED_MS;
  }
  run.note('cutover', `cutover/${state.cutovers}/given up`, { state: 'postponed', because });
  run.enter({ type: 'cutover given up', because: `the cutover was given up: ${because}` });
}

/** Runs a hook of the spec, if it has it; answers with what went wrong. */
async function runHook(run: MigrationRun, hook: HookName): Promise<string | undefined> {
  const { name, state, waits } = run;
  const { hasFreezeHook, hasSwitchHook } = settingsOf(state);
  if (!(hook === 'freeze' ? hasFreezeHook : hasSwitchHook)) return undefined;
  const key = `${hook}/${state.cutovers}`;
  try {
    const hooks = hookActivities(name, `${hook} hook`);
    const ran: Promise<HookResult> = hooks.runHook({ migration: name, hook, key });
    // After the switch has begun there is no way back: it is not interrupted.
    const { exitCode, output } = await (hook === 'switch' ? ran : waits.unlessAborted(ran));
    return exitCode === 0
      ? undefined
      : `the ${hook} hook ended with ${exitCode}: ${output.slice(-300)}`;
  } catch (error) {
    if (waits.aborted) throw error;
    const { code, because } = reasonOf(error);
    return `the ${hook} hook failed: ${because} [${code}]`;
  }
}
