/** Checks that a spec has what its engine needs and asks for nothing that the engine cannot do. */
import type { Inconsistency } from './reading/problem.ts';
import type { MigrationSpec } from './schema.ts';

export function engineProblems(spec: MigrationSpec): readonly Inconsistency[] {
  return spec.engine === 'datasync' ? dataSyncProblems(spec) : posixProblems(spec);
}

function posixProblems({ source, destination, aws, chunks }: MigrationSpec): Inconsistency[] {
  return [
    problemIf(
      source.kind !== 'posix',
      ['source', 'kind'],
      `expected "posix", which is what the posix engine reads, found "${source.kind}"; for NFS through DataSync agents: engine: datasync`,
    ),
    problemIf(
      destination.kind !== 'posix',
      ['destination', 'kind'],
      `expected "posix", which is what the posix engine writes, found "${destination.kind}"; for EFS through DataSync: engine: datasync`,
    ),
    problemIf(aws !== undefined, ['aws'], 'expected only with engine: datasync'),
    problemIf(
      chunks.roots.length > 0,
      ['chunks', 'roots'],
      'expected only with engine: datasync; the posix engine plans the chunks from the source itself',
    ),
  ].flat();
}

function dataSyncProblems(spec: MigrationSpec): Inconsistency[] {
  const { source, destination, aws, deletes, verify, specialFiles } = spec;
  return [
    problemIf(
      source.kind !== 'nfs',
      ['source', 'kind'],
      `expected "nfs", which is what the datasync engine reads, found "${source.kind}"`,
    ),
    problemIf(
      destination.kind !== 'efs',
      ['destination', 'kind'],
      `expected "efs", which is what the datasync engine writes, found "${destination.kind}"`,
    ),
    problemIf(
      aws === undefined,
      ['aws'],
      'expected a block with region, account and reports, which the datasync engine needs, found nothing',
    ),
    problemIf(
      deletes.trash !== undefined,
      ['deletes', 'trash'],
      'DataSync has no trash: leave it out; EFS backups keep what is removed',
    ),
    problemIf(
      verify.digest !== 'sha256',
      ['verify', 'digest'],
      `expected "sha256", which is what DataSync compares by, found "${verify.digest}"`,
    ),
    problemIf(
      specialFiles !== 'except',
      ['specialFiles'],
      'expected "except": EFS takes no devices, and DataSync does not say what it does with sockets and pipes',
    ),
    destination.kind === 'efs' ? efsProblems(destination) : [],
    source.kind === 'nfs' ? rootProblems(spec) : [],
    s3Problems(spec),
  ].flat();
}

type Efs = Extract<MigrationSpec['destination'], { kind: 'efs' }>;

function efsProblems(efs: Efs): Inconsistency[] {
  const { fileSystem, create } = efs;
  const provisioned = create?.throughput === 'provisioned';
  return [
    problemIf(
      (fileSystem === undefined) === (create === undefined),
      ['destination', 'fileSystem'],
      `expected either the id of a file system, or create: for one that longhaul provision makes, found ${fileSystem === undefined ? 'neither' : 'both'}`,
    ),
    problemIf(
      create !== undefined && provisioned !== (create.provisionedThroughput !== undefined),
      ['destination', 'create', 'provisionedThroughput'],
      provisioned ? 'expected a rate, found nothing' : 'expected only with throughput: provisioned',
    ),
  ].flat();
}

/** Roots must be apart or nested cleanly: a root twice would be two chunks for one path. */
function rootProblems({ chunks }: MigrationSpec): Inconsistency[] {
  return chunks.roots.flatMap((root, i) =>
    problemIf(
      chunks.roots.indexOf(root) < i,
      ['chunks', 'roots', i],
      `expected each directory once, found "${root}" again`,
    ),
  );
}

/** Rejects a repeated bucket and prefix: two such locations could not be told apart. */
function s3Problems({ aws }: MigrationSpec): Inconsistency[] {
  const places = (aws?.s3Locations ?? []).map(
    ({ bucket, prefix }) => `${bucket}/${prefix.split('/').filter(Boolean).join('/')}`,
  );
  return places.flatMap((place, i) =>
    problemIf(
      places.indexOf(place) < i,
      ['aws', 's3Locations', i],
      `expected each place once, found "${place}" again`,
    ),
  );
}

function problemIf(wrong: boolean, keys: Inconsistency['keys'], message: string): Inconsistency[] {
  return wrong ? [{ keys, message }] : [];
}
