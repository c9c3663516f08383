/**
 * Registers operators' verbs: each is a signal and an update of the same name. An invalid update is
 * rejected with the reason, an invalid signal is noted; neither can fail a workflow.
 */
import { ApplicationFailure } from '@temporalio/common';
import { defineUpdate, setDefaultUpdateHandler, setHandler } from '@temporalio/workflow';
import { Unreadable } from './payload-converter.ts';
import { listenForSignals, type Signal, type Signals } from './signals.ts';

/** The JSON object that a message carries. */
export type MessageFields = Readonly<Record<string, unknown>>;

export interface Verb {
  readonly description: string;
  /** Returns why the message is refused: it is invalid, or does not apply now. Undefined: it is valid. */
  validate(fields: MessageFields): string | undefined;
  /** Applies a valid message and returns a short answer. */
  apply(fields: MessageFields): string;
}

/** Notes a signal that was refused. */
export type Reject = (name: string, because: string) => void;

/** Registers the verbs, and `others` as signals without updates. */
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
    receive: (message) => {
      const because = problemOf(verb, message);
      if (because === undefined) verb.apply(fieldsOf(message));
      else reject(name, because);
    },
  };
}

function registerUpdate(name: string, verb: Verb): void {
  const { description } = verb;
  setHandler(
    defineUpdate<string, [unknown]>(name),
    (message) => {
      // The state may have changed since the validator ran.
      const because = problemOf(verb, message);
      if (because !== undefined) throw refusal('NOT_READY', because);
      return verb.apply(fieldsOf(message));
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
  return malformed(message) ?? verb.validate(fieldsOf(message));
}

const fieldsOf = (message: unknown): MessageFields => (message ?? {}) as MessageFields;

/** Messages are kept in the workflow's state and in the ledger. */
const MAX_MESSAGE_CHARACTERS = 65_536;

function malformed(message: unknown): string | undefined {
  if (message === undefined || message === null) return undefined;
  if (message instanceof Unreadable) return `expected one JSON object: ${message.because}`;
  if (!isJsonObject(message)) return `expected one JSON object, found ${found(message)}`;
  if (JSON.stringify(message).length > MAX_MESSAGE_CHARACTERS)
    return `the message is longer than ${MAX_MESSAGE_CHARACTERS} characters`;
  for (const key of ['by', 'reason']) {
    const value = message[key];
    if (value !== undefined && typeof value !== 'string') return `expected text as "${key}"`;
  }
  return undefined;
}

/** Excludes byte arrays and lists. Works for objects of another realm, unlike `instanceof`. */
export const isJsonObject = (message: unknown): message is MessageFields =>
  Object.prototype.toString.call(message) === '[object Object]' && !(message instanceof Unreadable);

function found(message: unknown): string {
  if (ArrayBuffer.isView(message)) return `${message.byteLength} bytes`;
  return JSON.stringify(message).slice(0, 100);
}

const refusal = (type: string, message: string): ApplicationFailure =>
  ApplicationFailure.create({ type, message, nonRetryable: true });
