/**
 * Decodes payloads in workflow code. A message that cannot be decoded would block the workflow task, and
 * operators' programs choose their own encodings; such a message becomes an `Unreadable` value. Results
 * of activities must be readable.
 */
import {
  defaultPayloadConverter,
  type Payload,
  type PayloadConverter,
  type SerializationContext,
} from '@temporalio/common';

/** Replaces a message that could not be decoded. */
export class Unreadable {
  readonly because: string;

  constructor(because: string) {
    this.because = because;
  }
}

/** Passed to the workflow bundle by the build; the SDK requires this name. */
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
