/** Verbs about how a migration goes on: its pace, its rounds, what it leaves out. */
import { parseDuration, parseRate } from '../../units.ts';
import type { Fields } from '../runtime/message-table.ts';
import type { MigrationState } from './state.ts';
import type { Effects, VerbRow, VerbRows } from './verb-row.ts';

type PaceVerb =
  | 'pause'
  | 'resume'
  | 'setBandwidth'
  | 'setInterval'
  | 'runRoundNow'
  | 'rehearse'
  | 'addExclusions'
  | 'removeExclusions';

export function paceVerbs(state: MigrationState, effects: Effects): VerbRows<PaceVerb> {
  return {
    ...pauseVerbs(state, effects),
    setBandwidth: {
      description: 'Limit the link. {"bandwidth": "20 Mbit/s" or "none"}',
      refuse: ({ bandwidth }) => bandwidthProblem(bandwidth),
      obey: ({ bandwidth }) => {
        effects.change({ type: 'bandwidth', bandwidth: bandwidth as string });
        return `bandwidth ${String(bandwidth)}`;
      },
    },
    setInterval: {
      description: 'Time between rounds. {"interval": "2h", "floor": "30m"}',
      refuse: intervalProblem,
      obey: (fields) => setInterval(state, fields),
    },
    runRoundNow: {
      description: 'Begin the next round now.',
      refuse: () => roundProblem(state),
      obey: () => {
        state.roundAsked = 'catch-up';
        return 'the next round begins now';
      },
    },
    rehearse: {
      description: 'A final round without a freeze, to see how long it takes.',
      refuse: () => roundProblem(state),
      obey: () => {
        state.roundAsked = 'rehearsal';
        return 'the rehearsal begins now';
      },
    },
    addExclusions: exclusions(effects, 'add exclusions'),
    removeExclusions: exclusions(effects, 'remove exclusions'),
  };
}

function pauseVerbs(state: MigrationState, effects: Effects): VerbRows<'pause' | 'resume'> {
  return {
    pause: {
      description: 'Stop at a safe point until resume.',
      refuse: () => (state.paused ? 'it is paused already' : undefined),
      obey: (_, said) => {
        state.paused = said;
        effects.tellRound('pause');
        return 'pausing';
      },
    },
    resume: {
      description: 'Go on where it stopped.',
      refuse: () => (state.paused ? undefined : 'it is not paused'),
      obey: () => {
        delete state.paused;
        effects.tellRound('resume');
        return 'resumed';
      },
    },
  };
}

function exclusions(effects: Effects, type: 'add exclusions' | 'remove exclusions'): VerbRow {
  const adds = type === 'add exclusions';
  return {
    description: adds
      ? 'Leave more out, from the next round on. {"patterns": ["*.tmp"]}'
      : 'Take patterns back. {"patterns": ["*.tmp"]}',
    refuse: patternsProblem,
    obey: (fields) => {
      const patterns = fields['patterns'] as string[];
      effects.change({ type, patterns });
      return `${adds ? 'left out from the next round on' : 'no longer left out'}: ${patterns.join(', ')}`;
    },
  };
}

function bandwidthProblem(bandwidth: unknown): string | undefined {
  if (bandwidth === 'none') return undefined;
  const isRate = typeof bandwidth === 'string' && parseRate(bandwidth) !== undefined;
  return isRate ? undefined : 'expected {"bandwidth": "20 Mbit/s"} or {"bandwidth": "none"}';
}

function intervalProblem({ interval, floor }: Fields): string | undefined {
  if (interval === undefined && floor === undefined)
    return 'expected {"interval": "2h"} or {"floor": "30m"}';
  for (const value of [interval, floor]) {
    if (value === undefined) continue;
    const isDuration = typeof value === 'string' && (parseDuration(value) ?? 0) > 0;
    if (!isDuration) return `expected a duration such as "2h", found ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** Shortening the interval below the floor moves the floor with it: that is what is meant. */
function setInterval(state: MigrationState, { interval, floor }: Fields): string {
  if (floor !== undefined) state.intervalFloorMs = parseDuration(floor as string)!;
  if (interval !== undefined) {
    state.intervalStartMs = parseDuration(interval as string)!;
    const floorMs = state.intervalFloorMs ?? state.settings?.intervalFloorMs ?? 0;
    state.intervalFloorMs = Math.min(floorMs, state.intervalStartMs);
  }
  return `interval ${String((interval as string | undefined) ?? 'as before')}, floor ${String((floor as string | undefined) ?? 'as before')}`;
}

function patternsProblem({ patterns }: Fields): string | undefined {
  const good =
    Array.isArray(patterns) &&
    patterns.length > 0 &&
    patterns.every((p) => typeof p === 'string' && p !== '');
  return good ? undefined : 'expected {"patterns": ["*.tmp", …]}';
}

function roundProblem(state: MigrationState): string | undefined {
  const steerable = state.phase === 'catching up' || state.phase === 'ready to cut over';
  if (!steerable) return `it is ${state.phase}`;
  return state.news ? `round ${state.round} is running` : undefined;
}
