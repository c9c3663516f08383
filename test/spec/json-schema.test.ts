import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { exampleSpec } from '../../src/spec/examples/posix.ts';
import { SCHEMA_PATH, specJsonSchema } from '../../src/spec/json-schema.ts';

const committed = JSON.parse(readFileSync(SCHEMA_PATH, 'utf8')) as object;
const validate = new Ajv({ strict: false, validateFormats: false }).compile(committed);
const example = () => parse(exampleSpec()) as object;

test('schema/longhaul.schema.json is what node scripts/build-schema.mjs writes', () => {
  expect(committed).toEqual(JSON.parse(JSON.stringify(specJsonSchema())));
});

test('the example of longhaul init is valid by the JSON Schema', () => {
  expect(validate(example())).toBe(true);
});

test.each([
  ['an unknown key', { colour: 'red' }],
  ['a number where a size belongs', { chunks: { maxBytes: 5 } }],
  ['a source without a path', { source: {} }],
])('the JSON Schema refuses %s', (_what, change) => {
  expect(validate({ ...example(), ...change })).toBe(false);
});

test('the JSON Schema asks only for what has no default', () => {
  expect(specJsonSchema()).toMatchObject({
    required: ['name', 'source', 'destination', 'stateDirectory'],
    properties: { deletes: { properties: { when: { default: 'final' } } } },
  });
});
