/**
 * Handles signals in the order in which they were sent. The SDK buffers signals that arrive before a run
 * sets its handlers, and delivers them per name as the handlers are set. A later `pause` could then
 * overtake an earlier `resume`, and an internal signal would be taken for an unknown one.
 */
import { defineSignal, patched, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';

export interface Signal {
  readonly description: string;
  readonly receive: (message: unknown) => void;
  /** Earlier versions set this handler after they had rejected the unknown signals of the buffer. */
  readonly wasLate?: boolean;
}
export type Signals = Readonly<Record<string, Signal>>;

type RejectUnknown = (name: string) => void;
type EarlySignal = readonly [name: string, message: unknown];

export function listenForSignals(signals: Signals, rejectUnknown: RejectUnknown): void {
  const early: EarlySignal[] = [];
  let listening = false;
  setDefaultSignalHandler((name, message) => {
    if (listening) rejectUnknown(name);
    else early.push([name, message]);
  });
  for (const [name, { description, receive }] of Object.entries(signals))
    setHandler(defineSignal<[unknown]>(name), receive, { description });
  listening = true;
  if (early.length > 0) receiveEarly(early, signals, rejectUnknown);
}

function receiveEarly(
  early: readonly EarlySignal[],
  signals: Signals,
  rejectUnknown: RejectUnknown,
): void {
  const inOrder = patched('signals-in-order');
  const known = Object.entries(signals).filter(([, { wasLate }]) => inOrder || wasLate !== true);
  const receivers = new Map(known.map(([name, { receive }]) => [name, receive]));
  for (const [name, message] of inOrder ? early : byName(early, [...receivers.keys()])) {
    const receive = receivers.get(name);
    if (receive === undefined) rejectUnknown(name);
    else receive(message);
  }
}

/** Orders signals as before the patch `signals-in-order`; kept for replay. */
function byName(early: readonly EarlySignal[], names: readonly string[]): readonly EarlySignal[] {
  const known = names.flatMap((name) => early.filter(([one]) => one === name));
  return [...known, ...early.filter(([one]) => !names.includes(one))];
}
