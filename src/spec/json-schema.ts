/** The JSON Schema of the spec, for editors: what may be written, before defaults and units. */
import { z } from 'zod';
import { specSchema } from './schema.ts';

export const SCHEMA_PATH = 'schema/longhaul.schema.json';

export function specJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(specSchema, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    title: 'longhaul migration spec',
    description: 'What is moved, where to, how, and what must hold before the cutover.',
    ...rest,
  };
}
