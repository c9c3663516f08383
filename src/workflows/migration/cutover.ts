/** The cutover: freeze, final rounds until nothing is open, switch. It is given up if a part of it fails. */
import { patched } from '@temporalio/workflow';
import { UNTIL_APPROVED_MS } from '../../policy/rounds/cutover.ts';
import type { HookName, HookResult } from '../../protocol/activities.ts';
import { hookActivities } from '../runtime/activity-stubs.ts';
import { reasonOf } from '../runtime/failures.ts';
import { leftOpen, settingsOf } from './state/facts.ts';
import { runRound } from './rounds.ts';
import type { MigrationRun } from './run.ts';
import { needsNoApproval, type MigrationState } from './state/state.ts';

const MAX_FINAL_ROUNDS = 5;
const MAX_OUTPUT_CHARACTERS = 300;

export async function cutOver(run: MigrationRun): Promise<void> {
  const { state } = run;
  run.enter({ type: 'cutover begun' });
  state.cutovers += 1;
  delete state.givenUp;
  forgetPostponement(state);
  run.note('cutover', `cutover/${state.cutovers}`, { state: 'started', round: state.round + 1 });
  const problem =
    (await runHook(run, 'freeze')) ?? (await runFinalRounds(run)) ?? (await switchOver(run));
  if (problem !== undefined) return giveUp(run, problem);
  run.note('cutover', `cutover/${state.cutovers}/switched`, { state: 'switched' });
  run.enter({ type: 'switched', soak: false });
  run.note('done', 'done', { outcome: 'done', because: 'switched over' });
}

/** An earlier postponement is over; a new one ends this cutover. */
function forgetPostponement(state: MigrationState): void {
  if (!state.postponed || !patched('postponement-ends')) return;
  delete state.postponed;
  delete state.postponedUntilMs;
}

/** From here on `abort` and `postpone` are refused, because the switch cannot be undone. */
function switchOver(run: MigrationRun): Promise<string | undefined> {
  if (patched('switch-is-final')) run.state.switching = true;
  return runHook(run, 'switch');
}

/** Returns why the cutover cannot continue; undefined if nothing is open. */
async function runFinalRounds(run: MigrationRun): Promise<string | undefined> {
  const { state, waits } = run;
  let open: string | undefined;
  for (let tries = 0; tries < MAX_FINAL_ROUNDS; tries++) {
    const report = await runRound(run, 'final');
    if (state.postponed) return `postponed: ${state.postponed.because}`;
    open = leftOpen(report, state.open.length);
    if (open === undefined) return undefined;
    state.because = `another final round: ${open}`;
    // A blocked chunk holds the cutover until its cause is fixed or accepted.
    await waits.until(() => state.open.length === 0 || state.postponed !== undefined);
  }
  return `after ${MAX_FINAL_ROUNDS} final rounds ${open}: is the source frozen?`;
}

function giveUp(run: MigrationRun, because: string): void {
  const { state } = run;
  delete state.approved;
  delete state.started;
  delete state.switching;
  state.givenUp = { because, at: new Date().toISOString() };
  // Without a required approval, the next try would follow at once, for ever.
  if (!state.postponed && needsNoApproval(state) && patched('given-up-waits')) {
    state.postponed = { by: 'longhaul', because, at: new Date().toISOString() };
    state.postponedUntilMs = UNTIL_APPROVED_MS;
  }
  run.note('cutover', `cutover/${state.cutovers}/given up`, { state: 'postponed', because });
  run.enter({ type: 'cutover given up', because: `the cutover was given up: ${because}` });
}

/** Runs a hook if the spec has it. Returns why it failed; undefined if it did not. */
async function runHook(run: MigrationRun, hook: HookName): Promise<string | undefined> {
  const { name, state, waits } = run;
  const { hasFreezeHook, hasSwitchHook } = settingsOf(state);
  if (!(hook === 'freeze' ? hasFreezeHook : hasSwitchHook)) return undefined;
  const key = `${hook}/${state.cutovers}`;
  try {
    const hooks = hookActivities(name, `${hook} hook`);
    const ran: Promise<HookResult> = hooks.runHook({ migration: name, hook, key });
    // The switch is not interrupted, because it cannot be undone.
    const { exitCode, output } = await (hook === 'switch' ? ran : waits.unlessAborted(ran));
    return exitCode === 0
      ? undefined
      : `the ${hook} hook ended with ${exitCode}: ${output.slice(-MAX_OUTPUT_CHARACTERS)}`;
  } catch (error) {
    if (waits.aborted) throw error;
    const { code, because } = reasonOf(error);
    return `the ${hook} hook failed: ${because} [${code}]`;
  }
}
