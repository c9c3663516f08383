/** The POSIX mover for the benches of ../contract.ts, with parts small enough for a test. */
import type { Engine } from '../../../src/engines/engine.ts';
import { createPosixEngine } from '../../../src/engines/posix/engine.ts';
import { treeIdentity } from '../../../src/engines/posix/tree/identity.ts';
import { posixSpec } from '../../../src/spec/kinds.ts';
import type { MigrationSpec } from '../../../src/spec/schema.ts';

export const PART_BYTES = 2 ** 20;

export function posix(given: MigrationSpec): Engine {
  const spec = posixSpec(given);
  const identities = {
    source: treeIdentity(spec.source.path),
    destination: treeIdentity(spec.destination.path),
  };
  return createPosixEngine({ spec, identities, partBytes: PART_BYTES });
}
