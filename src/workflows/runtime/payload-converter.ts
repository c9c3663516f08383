/**
 * How workflow code reads what it is sent. Operators' programs choose encodings of their own, and a
 * message that cannot be decoded would stop the workflow: it is taken as a value that says why.
 * Activities are our own: what they answer must be readable.
 */
import {
  defaultPayloadConverter,
  type Payload,
  type PayloadConverter,
  type SerializationContext,
} from '@temporalio/common';

/** Stands for a message that could not be decoded. */
export class Unreadable {
  readonly because: string;

  constructor(because: string) {
    this.because = because;
  }
}

/** The build gives this to the workflow bundle; the name is the SDK's. */
export const payloadConverter: PayloadConverter = {
  toPayload: (...value) => defaultPayloadConverter.toPayload(...value),
  fromPayload<T>(payload: Payload, context?: SerializationContext): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload, context);
    } catch (error) {
      if (context?.type === 'activity') throw error;
      return new Unreadable(error instanceof Error ? error.message : String(error)) as T;
    }
  },
};
