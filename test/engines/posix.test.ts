/** The engine contract on the POSIX mover, and what only it promises. */
import { treeIdentity } from '../../src/engines/posix/identity.ts';
import { createPosixEngine } from '../../src/engines/posix/engine.ts';
import { posixSpec } from '../../src/spec/kinds.ts';
import type { MigrationSpec } from '../../src/spec/schema.ts';
import type { Engine } from '../../src/engines/engine.ts';
import { engineContract } from './contract.ts';

function posix(given: MigrationSpec): Engine {
  const spec = posixSpec(given);
  const identities = {
    source: treeIdentity(spec.source.path),
    destination: treeIdentity(spec.destination.path),
  };
  return createPosixEngine({ spec, identities, partBytes: 1 << 20 });
}

engineContract('posix', posix);
