/**
 * One round of the POSIX mover as a process of its own, to be killed: node round-runner.mjs ROOT ROUND.
 * ROOT has source, destination, state, spec.json and identities.json. Prints the sum of the round.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPosixEngine } from '../../../dist/engines/posix/engine.js';
import { acquireLease } from '../../../dist/state/lease.js';
import { openStateDirectory } from '../../../dist/state/state-directory.js';

const [root, number] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
const spec = read('spec.json');
const chunk = { id: '0000', roots: [''], without: [], entries: 0, bytes: 0 };
const round = { number: Number(number), kind: 'catch-up', deletes: true, verify: 'full' };
const store = openStateDirectory(join(root, 'state'), { create: true })
  .migration('m')
  .chunk(chunk.id, round.number);
const engine = createPosixEngine({
  spec,
  identities: read('identities.json'),
  partBytes: 64 * 1024,
});
const job = () => ({
  ...{ migration: 'm', spec, chunk, round, store },
  lease: acquireLease(store.directory, `process ${process.pid}`),
  exceptions: new Set(),
  excludes: [],
  signal: new globalThis.AbortController().signal,
  onProgress: () => undefined,
});
await engine.scan(job());
await engine.copy(job());
await engine.verify(job());
await engine.deletePass(job());
console.log(JSON.stringify(await engine.close(job())));
await engine.dispose();
