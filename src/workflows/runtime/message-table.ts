/**
 * One way to take messages: each verb is a signal and an update of the same name. An update is
 * refused with the reason; a signal that makes no sense is noted. Neither can break a workflow.
 */
import { ApplicationFailure } from '@temporalio/common';
import { defineUpdate, setDefaultUpdateHandler, setHandler } from '@temporalio/workflow';
import { Unreadable } from './payload-converter.ts';
import { listenForSignals, type Signal, type Signals } from './signals.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Verb {
  readonly description: string;
  /** Why it cannot be done now, or what is wrong with the message; undefined when it is fine. */
  refuse(fields: Fields): string | undefined;
  /** Does it, and says what was done. */
  obey(fields: Fields): string;
}

/** Notes what a message was refused for. */
export type Reject = (name: string, because: string) => void;

/** `others`: signals beside the verbs. */
export function registerVerbs(
  verbs: Readonly<Record<string, Verb>>,
  reject: Reject,
  others: Signals = {},
): void {
  const known = Object.keys(verbs).join(', ');
  const signals = Object.entries(verbs).map(([name, verb]) => [name, asSignal(name, verb, reject)]);
  listenForSignals({ ...(Object.fromEntries(signals) as Signals), ...others }, (name) =>
    reject(name, `no such message; there are ${known}`),
  );
  for (const [name, verb] of Object.entries(verbs)) registerUpdate(name, verb);
  setDefaultUpdateHandler((name) => {
    throw refusal('USAGE', `there is no message "${name}"; there are ${known}`);
  });
}

function asSignal(name: string, verb: Verb, reject: Reject): Signal {
  return {
    description: verb.description,
    take: (message) => {
      const because = problemOf(verb, message);
      if (because === undefined) verb.obey((message ?? {}) as Fields);
      else reject(name, because);
    },
  };
}

function registerUpdate(name: string, verb: Verb): void {
  const { description } = verb;
  setHandler(
    defineUpdate<string, [unknown]>(name),
    (message) => {
      // The state may have moved on since the validator looked.
      const because = problemOf(verb, message);
      if (because !== undefined) throw refusal('NOT_READY', because);
      return verb.obey((message ?? {}) as Fields);
    },
    {
      description,
      validator: (message) => {
        const because = problemOf(verb, message);
        if (because !== undefined) {
          throw refusal(malformed(message) === undefined ? 'NOT_READY' : 'USAGE', because);
        }
      },
    },
  );
}

function problemOf(verb: Verb, message: unknown): string | undefined {
  return malformed(message) ?? verb.refuse((message ?? {}) as Fields);
}

/** A message goes into the state and the ledger. */
const LONGEST_MESSAGE = 65_536;

function malformed(message: unknown): string | undefined {
  if (message === undefined || message === null) return undefined;
  if (message instanceof Unreadable) return `expected one JSON object: ${message.because}`;
  if (!isFields(message)) return `expected one JSON object, found ${found(message)}`;
  if (JSON.stringify(message).length > LONGEST_MESSAGE)
    return `the message is longer than ${LONGEST_MESSAGE} characters`;
  for (const key of ['by', 'reason']) {
    const value = message[key];
    if (value !== undefined && typeof value !== 'string') return `expected text as "${key}"`;
  }
  return undefined;
}

/** Bytes are objects too, and lists are; both come from another realm than this code. */
export const isFields = (message: unknown): message is Fields =>
  Object.prototype.toString.call(message) === '[object Object]' && !(message instanceof Unreadable);

function found(message: unknown): string {
  if (ArrayBuffer.isView(message)) return `${message.byteLength} bytes`;
  return JSON.stringify(message).slice(0, 100);
}

const refusal = (type: string, message: string): ApplicationFailure =>
  ApplicationFailure.create({ type, message, nonRetryable: true });
