/** What operators can say to a migration: when it makes sense, and what it changes. */
import { patched } from '@temporalio/workflow';
import { UNTIL_APPROVED_MS } from '../policy/cutover.ts';
import { canAbort, isOver } from '../policy/phase.ts';
import { parseDuration, parseRate } from '../units.ts';
import type { MigrationVerb } from './api.ts';
import type { Fields, Verb } from './message-table.ts';
import {
  blockedChunks,
  needsNoApproval,
  type MigrationState,
  type Said,
} from './migration-state.ts';
import type { ControlsChange } from '../activities/contract.ts';

/** What a message sets in motion beyond the state. */
export interface Effects {
  change(change: ControlsChange): void;
  tellRound(verb: 'pause' | 'resume'): void;
  tellChunk(chunk: string, verb: 'retry' | 'skip', said: Said): void;
  abort(said: Said): void;
}

type Words = (fields: Fields, said: Said) => string;

// eslint-disable-next-line max-lines-per-function -- a table: one row a verb
export function migrationVerbs(
  state: MigrationState,
  effects: Effects,
  decided: (message: string, said: Said, fields: Fields) => void,
): Record<MigrationVerb, Verb> {
  const verb = (name: string, description: string, refuse: Verb['refuse'], obey: Words): Verb => ({
    description: `${description} {"by", "reason"}`,
    refuse: (fields) => (isOver(state.phase) ? `the migration is ${state.phase}` : refuse(fields)),
    obey: (fields) => {
      const said = saidIn(fields);
      decided(name, said, fields);
      return obey(fields, said);
    },
  });
  const fine = (): undefined => undefined;
  return {
    pause: verb(
      'pause',
      'Stop at a safe point until resume.',
      () => (state.paused ? 'it is paused already' : undefined),
      (_, said) => {
        state.paused = said;
        effects.tellRound('pause');
        return 'pausing';
      },
    ),
    resume: verb(
      'resume',
      'Go on where it stopped.',
      () => (state.paused ? undefined : 'it is not paused'),
      () => {
        delete state.paused;
        effects.tellRound('resume');
        return 'resumed';
      },
    ),
    setBandwidth: verb(
      'setBandwidth',
      'Limit the link. {"bandwidth": "20 Mbit/s" or "none"}',
      ({ bandwidth }) => bandwidthProblem(bandwidth),
      ({ bandwidth }) => {
        effects.change({ type: 'bandwidth', bandwidth: bandwidth as string });
        return `bandwidth ${String(bandwidth)}`;
      },
    ),
    setInterval: verb(
      'setInterval',
      'Time between rounds. {"interval": "2h", "floor": "30m"}',
      intervalProblem,
      (fields) => setInterval(state, fields),
    ),
    runRoundNow: verb(
      'runRoundNow',
      'Begin the next round now.',
      () => roundProblem(state),
      () => {
        state.roundAsked = 'catch-up';
        return 'the next round begins now';
      },
    ),
    rehearse: verb(
      'rehearse',
      'A final round without a freeze, to see how long it takes.',
      () => roundProblem(state),
      () => {
        state.roundAsked = 'rehearsal';
        return 'the rehearsal begins now';
      },
    ),
    addExclusions: verb(
      'addExclusions',
      'Leave more out, from the next round on. {"patterns": ["*.tmp"]}',
      patternsProblem,
      ({ patterns }) => {
        effects.change({ type: 'add exclusions', patterns: patterns as string[] });
        return `left out from the next round on: ${(patterns as string[]).join(', ')}`;
      },
    ),
    removeExclusions: verb(
      'removeExclusions',
      'Take patterns back. {"patterns": ["*.tmp"]}',
      patternsProblem,
      ({ patterns }) => {
        effects.change({ type: 'remove exclusions', patterns: patterns as string[] });
        return `no longer left out: ${(patterns as string[]).join(', ')}`;
      },
    ),
    acceptException: verb(
      'acceptException',
      'Accept that an entry is not migrated. {"path": "a/b", "reason": "why"}',
      exceptionProblem,
      ({ path }, said) => {
        const { by, because: reason, at } = said;
        effects.change({
          type: 'accept exception',
          exception: { path: path as string, by, reason, at },
        });
        for (const { chunk } of blockedChunks(state)) effects.tellChunk(chunk, 'retry', said);
        return `accepted: ${String(path)}`;
      },
    ),
    retryBlocked: verb(
      'retryBlocked',
      'Try blocked chunks again. {"chunk": "0042"}, or all',
      (fields) => blockedProblem(state, fields),
      (fields, said) => tellBlocked(state, effects, fields, 'retry', said),
    ),
    skipChunk: verb(
      'skipChunk',
      'Leave what is open in a blocked chunk to the next round. {"chunk": "0042"}',
      (fields) =>
        fields['chunk'] === undefined ? 'expected {"chunk": "…"}' : blockedProblem(state, fields),
      (fields, said) => tellBlocked(state, effects, fields, 'skip', said),
    ),
    approveCutover: verb(
      'approveCutover',
      'Allow the cutover when its gates are open.',
      fine,
      (_, said) => {
        state.approved = said;
        delete state.postponed;
        delete state.postponedUntilMs;
        return 'approved';
      },
    ),
    postponeCutover: verb(
      'postponeCutover',
      'Withdraw the approval. {"until": "2026-03-01T02:00:00Z"}',
      ({ until }) =>
        switchProblem(state) ??
        (until !== undefined && !isMoment(until)
          ? 'expected a moment such as "2026-03-01T02:00:00Z" as "until"'
          : undefined),
      ({ until }, said) => {
        delete state.approved;
        delete state.started;
        state.postponed = said;
        if (until !== undefined) state.postponedUntilMs = Date.parse(until as string);
        else if (needsNoApproval(state) && patched('postponed-until-approved'))
          state.postponedUntilMs = UNTIL_APPROVED_MS;
        return 'postponed';
      },
    ),
    startCutover: verb(
      'startCutover',
      'Cut over now, whatever the window says; the other gates stay.',
      () =>
        state.phase === 'ready to cut over'
          ? undefined
          : `it is ${state.phase}, not ready to cut over`,
      (_, said) => {
        state.started = said;
        state.approved ??= said;
        delete state.postponed;
        delete state.postponedUntilMs;
        return 'the cutover begins';
      },
    ),
    commit: verb(
      'commit',
      'Give up the old side after the soak.',
      () => 'there is nothing to commit: it is not soaking',
      () => '',
    ),
    rollBack: verb(
      'rollBack',
      'Go back to the old side during the soak.',
      () => 'there is nothing to roll back: it is not soaking',
      () => '',
    ),
    abort: verb(
      'abort',
      'Give the migration up; what is at the destination stays.',
      () => switchProblem(state) ?? (canAbort(state.phase) ? undefined : `it is ${state.phase}`),
      (_, said) => {
        effects.abort(said);
        return 'aborted';
      },
    ),
  };
}

const switchProblem = ({ switching }: MigrationState): string | undefined =>
  switching ? 'the switch has begun: there is no way back' : undefined;

function saidIn({ by, reason }: Fields): Said {
  return {
    by: typeof by === 'string' && by !== '' ? by : 'an operator',
    because: typeof reason === 'string' && reason !== '' ? reason : 'no reason given',
    at: new Date().toISOString(),
  };
}

/** Text only: Date.parse takes the number 5 for a year. */
const isMoment = (value: unknown): boolean =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value));

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

function exceptionProblem({ path, reason }: Fields): string | undefined {
  if (typeof path !== 'string' || path === '' || path.startsWith('/'))
    return 'expected {"path": "…"}, relative to the source';
  return typeof reason === 'string' && reason !== ''
    ? undefined
    : 'expected a "reason": it goes into the ledger';
}

function roundProblem(state: MigrationState): string | undefined {
  const steerable = state.phase === 'catching up' || state.phase === 'ready to cut over';
  if (!steerable) return `it is ${state.phase}`;
  return state.news ? `round ${state.round} is running` : undefined;
}

function blockedProblem(state: MigrationState, { chunk }: Fields): string | undefined {
  const blocked = blockedChunks(state);
  if (blocked.length === 0) return 'no chunk is blocked';
  if (chunk === undefined || blocked.some((one) => one.chunk === chunk)) return undefined;
  return `chunk ${JSON.stringify(chunk)} is not blocked; blocked: ${blocked
    .slice(0, 10)
    .map((one) => one.chunk)
    .join(', ')}`;
}

function tellBlocked(
  state: MigrationState,
  effects: Effects,
  { chunk }: Fields,
  verb: 'retry' | 'skip',
  said: Said,
): string {
  const chosen = blockedChunks(state).filter((one) => chunk === undefined || one.chunk === chunk);
  for (const one of chosen) effects.tellChunk(one.chunk, verb, said);
  return `${verb}: ${chosen
    .map((one) => one.chunk)
    .slice(0, 20)
    .join(', ')}`;
}
