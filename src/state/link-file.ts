/** `link.json`: the circuit breakers of a migration's link. */
import type { BreakerState, ClosedBreaker, OpenBreaker } from '../policy/link/breaker.ts';
import type { LinkState } from '../policy/link/lanes.ts';
import { readJson } from './atomic-file.ts';
import { hasFields, isNumber, isOptional, isRecordOf, isText, type Check } from './shape.ts';

const isClosed = hasFields<ClosedBreaker>({
  name: (value): value is 'closed' => value === 'closed',
  failures: isNumber,
  firstFailureAtMs: isOptional(isNumber),
  because: isOptional(isText),
  outageMs: isNumber,
});
const isOpen = hasFields<OpenBreaker>({
  name: (value): value is OpenBreaker['name'] => value === 'open' || value === 'probing',
  sinceMs: isNumber,
  because: isText,
  probes: isNumber,
  nextProbeAtMs: isNumber,
  outageMs: isNumber,
});
const isBreaker: Check<BreakerState> = (value): value is BreakerState =>
  isClosed(value) || isOpen(value);
const areLanes = isOptional(isRecordOf(isBreaker));
const isLinkState: Check<LinkState> = (value): value is LinkState =>
  isBreaker(value) && areLanes((value as { readonly lanes?: unknown }).lanes);

export const readLink = (file: string): LinkState | undefined => readJson(file, isLinkState);
