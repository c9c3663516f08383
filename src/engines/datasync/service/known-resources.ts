/** `resources.json`: resources at AWS that were found or created, so that they are not searched for again. */
import type { LayoutAnswer } from '../../../policy/datasync/layout.ts';
import { readJson } from '../../../state/atomic-file.ts';
import {
  hasFields,
  isNumber,
  isOptional,
  isRecordOf,
  isText,
  type Check,
} from '../../../state/shape.ts';

export interface Known {
  layout?: LayoutAnswer;
  readonly arns: Record<string, string>;
}

const isLayout: Check<LayoutAnswer['layout']> = (value): value is LayoutAnswer['layout'] =>
  value === 'task-per-chunk' || value === 'pool';
const isKnown = hasFields<Known>({
  layout: isOptional(
    hasFields<LayoutAnswer>({
      layout: isLayout,
      tasks: isNumber,
      networkInterfaces: isNumber,
      because: isText,
    }),
  ),
  arns: isRecordOf(isText),
});

export const readKnown = (path: string): Known => readJson(path, isKnown) ?? { arns: {} };
