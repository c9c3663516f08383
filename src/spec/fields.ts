/** Fields that the parts of the spec share. */
import { z } from 'zod';
import { parseDuration, parseRate, parseSize } from '../units.ts';

type Quantity = z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>;

/** A string with a unit that becomes a number; `what` names it in the error. */
function quantity(
  what: string,
  example: string,
  parse: (text: string) => number | undefined,
  least = 0,
): Quantity {
  const error = `expected ${what}${least > 0 ? ' above 0' : ''}, such as "${example}"`;
  return z
    .string({ error })
    .refine((text) => (parse(text) ?? -1) >= least, { error })
    .transform((text) => parse(text) ?? 0)
    .meta({ description: `${what}, such as "${example}"` });
}

export const ABOVE_0 = Number.MIN_VALUE;
export const size = (least = 0): Quantity => quantity('a size', '200 GiB', parseSize, least);
export const rate = (): Quantity => quantity('a rate', '50 Mbit/s', parseRate, ABOVE_0);
export const duration = (least = 0): Quantity => quantity('a duration', '6h', parseDuration, least);

export const absolutePath = (): z.ZodString =>
  z
    .string({ error: 'expected an absolute path' })
    .regex(/^\/[^\0]*$/, { error: 'expected an absolute path' });

/** A path below the root of a tree. */
export const pathInside = (example: string): z.ZodString =>
  z.string().refine((path) => !/^\/|^$|(^|\/)\.\.?(\/|$)/.test(path), {
    error: `expected a path inside the tree, such as "${example}"`,
  });

/** Text of one shape; `what` names it in the error and in the schema. */
export const shaped = (what: string, example: string, pattern: RegExp): z.ZodString =>
  z
    .string({ error: `expected ${what}, such as "${example}"` })
    .regex(pattern, { error: `expected ${what}, such as "${example}"` })
    .meta({ description: `${what}, such as "${example}"` });
