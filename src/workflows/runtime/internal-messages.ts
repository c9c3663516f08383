/** Checks the signals that workflows and workers send to each other: anybody can send such a signal. */
import type { InternalMessages } from '../../protocol/messages.ts';
import { isJsonObject, type MessageFields } from './message-table.ts';

type InternalName = keyof InternalMessages;
type IsValid = (value: unknown) => boolean;

const isText: IsValid = (value) => typeof value === 'string';
const isNumber: IsValid = (value) => Number.isFinite(value);
const isTextList: IsValid = (value) => Array.isArray(value) && value.every(isText);
const isLane: IsValid = (lane) =>
  isJsonObject(lane) && isText(lane['lane']) && isText(lane['state']) && isNumber(lane['outageMs']);

const FIELDS: Readonly<Record<InternalName, Readonly<Record<string, IsValid>>>> = {
  chunkBlocked: { chunk: isText, step: isText, code: isText, because: isText, since: isText },
  chunkUnblocked: { chunk: isText },
  chunkClosed: { chunk: isText },
  roundReport: { round: isNumber, chunks: isNumber, done: isNumber, running: isTextList },
  linkReport: {
    state: (value) => value === 'open' || value === 'closed',
    because: isText,
    since: isText,
    outageMs: isNumber,
    lanes: (value) => value === undefined || (Array.isArray(value) && value.every(isLane)),
  },
};

/** Returns the message, or undefined if it does not have the fields of `name`. */
export function internalMessage<N extends InternalName>(
  name: N,
  message: unknown,
): InternalMessages[N] | undefined {
  if (!isJsonObject(message)) return undefined;
  const fields: MessageFields = message;
  const isValid = Object.entries(FIELDS[name]).every(([field, is]) => is(fields[field]));
  return isValid ? (message as unknown as InternalMessages[N]) : undefined;
}

export const notInternal = (name: InternalName): string =>
  `only workflows send this to each other, with ${Object.keys(FIELDS[name]).join(', ')}`;
