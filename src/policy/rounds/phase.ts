/** The phases of a migration, and the events that lead from one to the next. */

export const PHASES = [
  'assessing',
  'seeding',
  'catching up',
  'ready to cut over',
  'cutting over',
  'soaking',
  'done',
  'aborted',
] as const;
export type Phase = (typeof PHASES)[number];

/** Events. `gates`: whether the data gates of cutover.ts are all open. */
export type PhaseEvent =
  | { readonly type: 'planned' }
  | { readonly type: 'seeded' }
  | { readonly type: 'gates'; readonly open: boolean; readonly because: string }
  | { readonly type: 'cutover begun' }
  | { readonly type: 'cutover given up'; readonly because: string }
  | { readonly type: 'switched'; readonly soak: boolean }
  | { readonly type: 'committed' }
  | { readonly type: 'rolled back' }
  | { readonly type: 'aborted'; readonly because: string };

export interface PhaseStep {
  readonly action: 'enter' | 'stay';
  readonly phase: Phase;
  readonly because: string;
}

/** Returns whether `abort` is possible: after the switch only a rollback leads back. */
export function canAbort(phase: Phase): boolean {
  return phase !== 'soaking' && !isOver(phase);
}

export function isOver(phase: Phase): boolean {
  return phase === 'done' || phase === 'aborted';
}

/** Returns the next phase. An event that does not apply in this phase changes nothing. */
export function nextPhase(phase: Phase, event: PhaseEvent): PhaseStep {
  const step = transition(phase, event);
  if (step === undefined) {
    return { action: 'stay', phase, because: `"${event.type}" does not apply while ${phase}` };
  }
  return { action: step.phase === phase ? 'stay' : 'enter', ...step };
}

type Transition = Omit<PhaseStep, 'action'> | undefined;

function transition(phase: Phase, event: PhaseEvent): Transition {
  switch (event.type) {
    case 'planned':
      return when(phase === 'assessing', 'seeding', 'the chunks are planned');
    case 'seeded':
      return when(phase === 'seeding', 'catching up', 'every chunk went through its first round');
    case 'gates': {
      const target = event.open ? 'ready to cut over' : 'catching up';
      const steerable = phase === 'catching up' || phase === 'ready to cut over';
      return when(steerable, target, event.because);
    }
    case 'cutover begun':
      return when(phase === 'ready to cut over', 'cutting over', 'every gate is open');
    case 'cutover given up':
      return when(phase === 'cutting over', 'catching up', event.because);
    case 'switched':
      return event.soak
        ? when(
            phase === 'cutting over',
            'soaking',
            'switched over; the old side is kept until commit',
          )
        : when(phase === 'cutting over', 'done', 'switched over');
    case 'committed':
      return when(phase === 'soaking', 'done', 'committed');
    case 'rolled back':
      return when(phase === 'soaking', 'catching up', 'rolled back to the source');
    case 'aborted':
      return when(canAbort(phase), 'aborted', event.because);
  }
}

function when(allowed: boolean, phase: Phase, because: string): Transition {
  return allowed ? { phase, because } : undefined;
}
