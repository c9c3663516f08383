/** Checks that this host can access the trees of a migration; it takes no work of the migration before. */
import type { MigrationRecord } from '../state/migration-record.ts';
import { proveTree, type TreePlace } from '../engines/posix/tree/prove-tree.ts';
import { type TreeIdentity } from '../model/tree-identity.ts';
import { describeFailure, toFailure } from '../errors/failure.ts';
import type { StateDirectory } from '../state/state-directory.ts';
import { isPosixSpec, treeName } from '../spec/kinds.ts';

export type TreeAccess =
  | { readonly seen: true; readonly because: string }
  | { readonly seen: false; readonly because: string };

export function seesTrees(state: StateDirectory, migration: MigrationRecord): TreeAccess {
  const { stateId, spec, identities } = migration;
  if (stateId !== state.id) {
    const because = `it was started in another state directory (${stateId}) than ${state.path}`;
    return { seen: false, because };
  }
  const names = `${treeName(spec.source)} and ${treeName(spec.destination)}`;
  if (!isPosixSpec(spec) || identities === undefined) {
    return { seen: true, because: `the agents and AWS see ${names}` };
  }
  const problems = [
    problemOf('source', spec.source, identities.source),
    problemOf('destination', spec.destination, identities.destination),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) return { seen: false, because: problems.join('; ') };
  return { seen: true, because: `${names} are there` };
}

function problemOf(
  name: 'source' | 'destination',
  place: TreePlace,
  recorded: TreeIdentity,
): string | undefined {
  try {
    proveTree(name, place, recorded);
    return undefined;
  } catch (error) {
    return `the ${name}: ${describeFailure(toFailure(error))}`;
  }
}
