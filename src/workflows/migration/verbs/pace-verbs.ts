/** Verbs that control the pace of a migration: pauses, bandwidth, rounds and exclusions. */
import { parseDuration, parseRate } from '../../../units.ts';
import type { MessageFields } from '../../runtime/message-table.ts';
import type { MigrationState } from '../state/state.ts';
import type { Effects, MigrationVerbRow, VerbRows } from './verb.ts';

type PauseVerb = 'pause' | 'resume';
type RoundVerb = 'setInterval' | 'runRoundNow' | 'rehearse';
type TransferVerb = 'setBandwidth' | 'addExclusions' | 'removeExclusions';

export function paceVerbs(
  state: MigrationState,
  effects: Effects,
): VerbRows<PauseVerb | RoundVerb | TransferVerb> {
  return {
    ...pauseVerbs(state, effects),
    setBandwidth: {
      description: 'Limit the link. {"bandwidth": "20 Mbit/s" or "none"}',
      validate: ({ bandwidth }) => bandwidthProblem(bandwidth),
      apply: ({ bandwidth }) => {
        effects.changeControls({ type: 'bandwidth', bandwidth: bandwidth as string });
        return `bandwidth ${String(bandwidth)}`;
      },
    },
    ...roundVerbs(state),
    addExclusions: exclusionVerb(effects, 'add exclusions'),
    removeExclusions: exclusionVerb(effects, 'remove exclusions'),
  };
}

function pauseVerbs(state: MigrationState, effects: Effects): VerbRows<PauseVerb> {
  return {
    pause: {
      description: 'Stop at a safe point until resume.',
      validate: () => (state.paused ? 'it is paused already' : undefined),
      apply: (_, by) => {
        state.paused = by;
        effects.signalRound('pause');
        return 'pausing';
      },
    },
    resume: {
      description: 'Continue after a pause.',
      validate: () => (state.paused ? undefined : 'it is not paused'),
      apply: () => {
        delete state.paused;
        effects.signalRound('resume');
        return 'resumed';
      },
    },
  };
}

function roundVerbs(state: MigrationState): VerbRows<RoundVerb> {
  return {
    setInterval: {
      description: 'Set the time between rounds. {"interval": "2h", "floor": "30m"}',
      validate: intervalProblem,
      apply: (fields) => setInterval(state, fields),
    },
    runRoundNow: {
      description: 'Start the next round now.',
      validate: () => roundProblem(state),
      apply: () => {
        state.roundAsked = 'catch-up';
        return 'the next round begins now';
      },
    },
    rehearse: {
      description: 'Run a final round without a freeze, to measure its duration.',
      validate: () => roundProblem(state),
      apply: () => {
        state.roundAsked = 'rehearsal';
        return 'the rehearsal begins now';
      },
    },
  };
}

function exclusionVerb(
  effects: Effects,
  type: 'add exclusions' | 'remove exclusions',
): MigrationVerbRow {
  const adds = type === 'add exclusions';
  return {
    description: adds
      ? 'Exclude more patterns, from the next round on. {"patterns": ["*.tmp"]}'
      : 'Remove patterns from the exclusions. {"patterns": ["*.tmp"]}',
    validate: patternsProblem,
    apply: (fields) => {
      const patterns = fields['patterns'] as string[];
      effects.changeControls({ type, patterns });
      return `${adds ? 'excluded from the next round on' : 'no longer excluded'}: ${patterns.join(', ')}`;
    },
  };
}

function bandwidthProblem(bandwidth: unknown): string | undefined {
  if (bandwidth === 'none') return undefined;
  const isRate = typeof bandwidth === 'string' && parseRate(bandwidth) !== undefined;
  return isRate ? undefined : 'expected {"bandwidth": "20 Mbit/s"} or {"bandwidth": "none"}';
}

function intervalProblem({ interval, floor }: MessageFields): string | undefined {
  if (interval === undefined && floor === undefined)
    return 'expected {"interval": "2h"} or {"floor": "30m"}';
  for (const value of [interval, floor]) {
    if (value === undefined) continue;
    const isDuration = typeof value === 'string' && (parseDuration(value) ?? 0) > 0;
    if (!isDuration) return `expected a duration such as "2h", found ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** Lowers the floor to an interval that is shorter: the interval would have no effect otherwise. */
function setInterval(state: MigrationState, { interval, floor }: MessageFields): string {
  if (floor !== undefined) state.intervalFloorMs = parseDuration(floor as string)!;
  if (interval !== undefined) {
    state.intervalStartMs = parseDuration(interval as string)!;
    const floorMs = state.intervalFloorMs ?? state.settings?.intervalFloorMs ?? 0;
    state.intervalFloorMs = Math.min(floorMs, state.intervalStartMs);
  }
  return `interval ${textOf(interval)}, floor ${textOf(floor)}`;
}

const textOf = (duration: unknown): string => (duration as string | undefined) ?? 'as before';

function patternsProblem({ patterns }: MessageFields): string | undefined {
  const isValid =
    Array.isArray(patterns) &&
    patterns.length > 0 &&
    patterns.every((pattern) => typeof pattern === 'string' && pattern !== '');
  return isValid ? undefined : 'expected {"patterns": ["*.tmp", …]}';
}

function roundProblem(state: MigrationState): string | undefined {
  const isBetweenRounds = state.phase === 'catching up' || state.phase === 'ready to cut over';
  if (!isBetweenRounds) return `it is ${state.phase}`;
  return state.news ? `round ${state.round} is running` : undefined;
}
