/** Suggestions for mistyped names: "acm (Did you mean acme?)". */
import { LonghaulError, toFailure } from '../../errors/failure.ts';
import { closestName } from '../../spec/reading/closest-name.ts';

/** Returns the failure with the closest known name added to its message. */
export function withSuggestion(
  error: unknown,
  typed: string,
  names: readonly string[],
): LonghaulError {
  const { code, message, hint } = toFailure(error);
  const meant = closestName(typed, names);
  return new LonghaulError(
    code,
    meant === undefined ? message : `${message} (Did you mean ${meant}?)`,
    { cause: error, ...(hint === undefined ? {} : { hint }) },
  );
}
