/**
 * Signals, in the order in which they came. What comes before a run listens is kept by the SDK and given
 * to each handler as that is set: all of one name, then all of the next, and whatever is left to
 * the handler of all other names. So a pause that was said last could be taken first, and a message
 * between workflows for one that nobody knows.
 */
import { defineSignal, patched, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';

export interface Signal {
  readonly description: string;
  readonly take: (message: unknown) => void;
  /** Runs of earlier versions listened for it after they had refused what they did not know. */
  readonly wasLate?: boolean;
}
export type Signals = Readonly<Record<string, Signal>>;

type Unknown = (name: string) => void;
type Early = readonly [name: string, message: unknown];

export function listenForSignals(signals: Signals, unknown: Unknown): void {
  const early: Early[] = [];
  let listening = false;
  setDefaultSignalHandler((name, message) => {
    if (listening) unknown(name);
    else early.push([name, message]);
  });
  for (const [name, { description, take }] of Object.entries(signals))
    setHandler(defineSignal<[unknown]>(name), take, { description });
  listening = true;
  if (early.length > 0) takeEarly(early, signals, unknown);
}

function takeEarly(early: readonly Early[], signals: Signals, unknown: Unknown): void {
  const inOrder = patched('signals-in-order');
  const known = Object.entries(signals).filter(([, { wasLate }]) => inOrder || wasLate !== true);
  const takers = new Map(known.map(([name, { take }]) => [name, take]));
  for (const [name, message] of inOrder ? early : byName(early, [...takers.keys()])) {
    const take = takers.get(name);
    if (take === undefined) unknown(name);
    else take(message);
  }
}

/** As it was. */
function byName(early: readonly Early[], names: readonly string[]): readonly Early[] {
  const ofNames = names.flatMap((name) => early.filter(([one]) => one === name));
  return [...ofNames, ...early.filter(([one]) => !names.includes(one))];
}
