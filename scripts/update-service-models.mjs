// Makes src/sandbox/models/*.json from botocore's service models: what a request may look like, without the prose.
// usage: pip download --no-deps botocore && unzip it, then: node scripts/update-service-models.mjs DIR/botocore/data
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [data] = process.argv.slice(2);
if (!data) throw new Error('usage: node scripts/update-service-models.mjs BOTOCORE_DATA');

const KEPT = [
  'type',
  'members',
  'member',
  'required',
  'min',
  'max',
  'pattern',
  'enum',
  'key',
  'value',
  'box',
  'location',
  'locationName',
  'union',
  'sensitive',
];

function trim(value) {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return value;
  const out = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'members')
      out.members = Object.fromEntries(Object.entries(inner).map(([n, m]) => [n, trimRef(m)]));
    else if (key === 'member' || key === 'key' || key === 'value') out[key] = trimRef(inner);
    else if (KEPT.includes(key)) out[key] = inner;
    else if (key === 'error') out.error = inner;
    else if (key === 'exception') out.exception = inner;
  }
  return out;
}

function trimRef({ shape, location, locationName }) {
  return { shape, ...(location ? { location } : {}), ...(locationName ? { locationName } : {}) };
}

for (const [service, version] of [
  ['datasync', '2018-11-09'],
  ['efs', '2015-02-01'],
]) {
  const model = JSON.parse(
    gunzipSync(readFileSync(join(data, service, version, 'service-2.json.gz'))).toString(),
  );
  const operations = Object.fromEntries(
    Object.entries(model.operations).map(([name, { http, input, output, errors }]) => [
      name,
      {
        http,
        input: input?.shape,
        output: output?.shape,
        errors: (errors ?? []).map((e) => e.shape),
      },
    ]),
  );
  const shapes = Object.fromEntries(
    Object.entries(model.shapes).map(([name, shape]) => [name, trim(shape)]),
  );
  const { apiVersion, protocols, targetPrefix } = model.metadata;
  writeFileSync(
    join(import.meta.dirname, `../src/sandbox/models/${service}.json`),
    `${JSON.stringify({ apiVersion, protocols, targetPrefix, operations, shapes })}\n`,
  );
}
