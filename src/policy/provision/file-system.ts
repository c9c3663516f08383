/** Plans the steps to a file system that only DataSync can write to until the cutover. */
import { requiresTls, rootOnlyFor } from '../iam/file-system-policy.ts';
import {
  later,
  refused,
  there,
  toDo,
  waiting,
  type DesiredResources,
  type DesiredFileSystem,
  type FoundResources,
  type FoundFileSystem,
  type ProvisionStep,
} from './steps.ts';

export function fileSystemSteps(desired: DesiredResources, found: FoundResources): ProvisionStep[] {
  const { create, id } = desired.fileSystem;
  const { fileSystem } = found;
  if (create === undefined) return [existingStep(id, fileSystem)];
  const key = create.kmsKey ?? 'the AWS managed key';
  if (fileSystem === undefined) {
    const because = `it does not exist; to be encrypted with ${key}, ${create.throughput} throughput`;
    return [
      toDo('file system', because, { do: 'create file system' }),
      ...['backup policy', 'file-system policy', 'lifecycle'].map((what) =>
        later(what, 'after the file system'),
      ),
    ];
  }
  const base = baseStep(create, fileSystem);
  if (base.state !== 'there') return [base];
  return [
    base,
    throughputStep(create, fileSystem),
    backupStep(create, fileSystem),
    policyStep(desired, fileSystem),
    lifecycleStep(desired, create, fileSystem),
  ];
}

/** An existing file system is never changed; `longhaul assess` checks it. */
function existingStep(
  id: string | undefined,
  fileSystem: FoundFileSystem | undefined,
): ProvisionStep {
  const what = 'file system';
  if (fileSystem !== undefined) return there(what, `${fileSystem.id} is used without changes`);
  const fix = 'Fix destination.fileSystem in the spec, or remove it and write create: {}.';
  return refused(what, `this account and region has no ${id ?? 'file system'}`, fix);
}

function baseStep(create: DesiredFileSystem, fileSystem: FoundFileSystem): ProvisionStep {
  const what = 'file system';
  const { id, state, encrypted, kmsKey } = fileSystem;
  if (state === 'creating' || state === 'updating') return waiting(what, `${id} is ${state}`);
  if (state !== 'available') {
    return refused(what, `${id} is ${state}`, 'Wait until it is deleted, then provision again.');
  }
  if (!encrypted) {
    const fix = `Delete ${id} while it is empty, and provision again: encryption cannot be added later.`;
    return refused(what, `${id} is not encrypted`, fix);
  }
  const wanted = create.kmsKey;
  if (wanted?.includes(':key/') === true && kmsKey !== undefined && kmsKey !== wanted) {
    const fix = `Name ${kmsKey} in the spec, or delete ${id} while it is empty: the key cannot be changed.`;
    return refused(what, `${id} is encrypted with ${kmsKey}`, fix);
  }
  return there(what, `${id}, encrypted`);
}

function throughputStep(
  { throughput }: DesiredFileSystem,
  fileSystem: FoundFileSystem,
): ProvisionStep {
  const what = 'throughput';
  if (fileSystem.throughput === throughput) return there(what, throughput);
  const because = `it is ${fileSystem.throughput ?? 'unknown'}; AWS allows one change per day`;
  return toDo(what, because, { do: 'set throughput', fileSystem: fileSystem.id });
}

/** Never turns backups off. */
function backupStep({ backup }: DesiredFileSystem, fileSystem: FoundFileSystem): ProvisionStep {
  const what = 'backup policy';
  if (fileSystem.backup) return there(what, 'backups are on');
  if (!backup) return there(what, 'off, as the spec says');
  return toDo(what, 'backups are off', { do: 'enable backups', fileSystem: fileSystem.id });
}

/**
 * Never replaces an existing policy: after the cutover it gives the clients access. Refuses a policy
 * that lacks what the migration needs.
 */
function policyStep(
  { accessRole }: DesiredResources,
  { id, arn, policy }: FoundFileSystem,
): ProvisionStep {
  const what = 'file-system policy';
  if (policy === undefined) {
    const who =
      accessRole === undefined ? 'for everyone' : `for everyone, root only for ${accessRole}`;
    return toDo(what, `it does not exist; TLS ${who}`, { do: 'put policy', fileSystem: id, arn });
  }
  const fix = 'Compare it with: longhaul iam-policy SPEC --phase file-system.';
  if (!requiresTls(policy)) return refused(what, 'it allows access without TLS', fix);
  if (accessRole === undefined) return there(what, 'TLS for everyone');
  const { holds, because } = rootOnlyFor(policy, accessRole);
  return holds ? there(what, because) : refused(what, because, fix);
}

/** No file should move to Infrequent Access while rounds still read it: reads there are billed per byte. */
function lifecycleStep(
  { done }: DesiredResources,
  { infrequentAccessAfterDays: days }: DesiredFileSystem,
  { id, lifecycle }: FoundFileSystem,
): ProvisionStep {
  const what = 'lifecycle';
  if (!done) {
    if (lifecycle.length === 0) return there(what, 'off until the migration is done');
    const because = `it is ${lifecycle.join(', ')}; off until the migration is done`;
    return toDo(what, because, { do: 'put lifecycle', fileSystem: id });
  }
  if (days === undefined) return there(what, 'unchanged: the spec does not set it');
  const transition = days === 1 ? 'AFTER_1_DAY' : `AFTER_${days}_DAYS`;
  if (lifecycle.includes(transition)) return there(what, transition);
  const because = `the migration is done: ${transition} to Infrequent Access`;
  return toDo(what, because, { do: 'put lifecycle', fileSystem: id, transition });
}
