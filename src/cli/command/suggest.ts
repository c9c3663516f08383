/** `acm`: did you mean `acme`? */
import { LonghaulError, toFailure } from '../../errors/failure.ts';
import { closestName } from '../../spec/reading/closest-name.ts';

/** The same failure, with the nearest of the names there are. */
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
