/** `controls.json`: what operators have set. Fields that a file of an earlier version lacks are empty. */
import {
  NO_CONTROLS,
  type AcceptedException,
  type AllowedDeletes,
  type Controls,
} from '../policy/rounds/controls.ts';
import { readJson } from './atomic-file.ts';
import { hasFields, isListOf, isNumber, isOptional, isRecordOf, isText } from './shape.ts';

const decided = { by: isText, reason: isText, at: isText };
const isAllowedDeletes = hasFields<AllowedDeletes>({
  count: isOptional(isNumber),
  percent: isOptional(isNumber),
  ...decided,
});
const isException = hasFields<AcceptedException>({ path: isText, ...decided });
const isControls = hasFields<Partial<Controls>>({
  bandwidth: isOptional(isText),
  addedExclusions: isOptional(isListOf(isText)),
  removedExclusions: isOptional(isListOf(isText)),
  exceptions: isOptional(isListOf(isException)),
  deletesAllowed: isOptional(isRecordOf(isAllowedDeletes)),
});

export const readControls = (file: string): Controls => ({
  ...NO_CONTROLS,
  ...readJson(file, isControls),
});
