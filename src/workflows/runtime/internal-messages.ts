/** What workflows and workers send each other, as it is told from garbage that somebody typed. */
import type { InternalMessages } from '../../protocol/messages.ts';
import { isFields, type Fields } from './message-table.ts';

type Name = keyof InternalMessages;
type Is = (value: unknown) => boolean;

const text: Is = (value) => typeof value === 'string';
const count: Is = (value) => Number.isFinite(value);
const lanes: Is = (value) =>
  value === undefined ||
  (Array.isArray(value) &&
    value.every(
      (lane) =>
        isFields(lane) && text(lane['lane']) && text(lane['state']) && count(lane['outageMs']),
    ));
const texts: Is = (value) => Array.isArray(value) && value.every(text);

const SHAPES: Readonly<Record<Name, Readonly<Record<string, Is>>>> = {
  chunkBlocked: { chunk: text, step: text, code: text, because: text, since: text },
  chunkUnblocked: { chunk: text },
  chunkClosed: { chunk: text },
  roundReport: { round: count, chunks: count, done: count, running: texts },
  linkReport: {
    state: (value) => value === 'open' || value === 'closed',
    because: text,
    since: text,
    outageMs: count,
    lanes,
  },
};

/** The message, or undefined when it is not one. */
export function internalMessage<N extends Name>(
  name: N,
  message: unknown,
): InternalMessages[N] | undefined {
  if (!isFields(message)) return undefined;
  const fields: Fields = message;
  const fits = Object.entries(SHAPES[name]).every(([field, is]) => is(fields[field]));
  return fits ? (message as unknown as InternalMessages[N]) : undefined;
}

export const notOurs = (name: Name): string =>
  `workflows send this to each other, with ${Object.keys(SHAPES[name]).join(', ')}`;
