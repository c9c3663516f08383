// Writes schema/longhaul.schema.json from the zod schema of the spec; a test compares them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { buildIfStale } from './build.mjs';

await buildIfStale();
const { SCHEMA_PATH, specJsonSchema } = await import('../dist/spec/json-schema.js');
mkdirSync('schema', { recursive: true });
writeFileSync(SCHEMA_PATH, `${JSON.stringify(specJsonSchema(), null, 2)}\n`);
console.log(`wrote ${SCHEMA_PATH}`);
