/** The steps to a file system that DataSync can write to, and nobody else until the cutover. */
import { refusesPlainText, rootOnlyFor } from '../iam/file-system-policy.ts';
import {
  later,
  refused,
  there,
  toDo,
  waiting,
  type Desired,
  type DesiredFileSystem,
  type Found,
  type FoundFileSystem,
  type Step,
} from './steps.ts';

export function fileSystemSteps(desired: Desired, found: Found): Step[] {
  const { create, id } = desired.fileSystem;
  const { fileSystem } = found;
  if (create === undefined) return [givenStep(id, fileSystem)];
  const key = create.kmsKey ?? 'the key that AWS manages';
  if (fileSystem === undefined) {
    const because = `there is none; encrypted with ${key}, ${create.throughput} throughput`;
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

/** A file system that was there before is not touched; `longhaul assess` judges it. */
function givenStep(id: string | undefined, fileSystem: FoundFileSystem | undefined): Step {
  const what = 'file system';
  if (fileSystem !== undefined) return there(what, `${fileSystem.id} is used as it is`);
  const fix = 'Correct destination.fileSystem in the spec, or leave it out and write create: {}.';
  return refused(what, `there is no ${id ?? 'file system'} in this account and region`, fix);
}

function baseStep(create: DesiredFileSystem, fileSystem: FoundFileSystem): Step {
  const what = 'file system';
  const { id, state, encrypted, kmsKey } = fileSystem;
  if (state === 'creating' || state === 'updating') return waiting(what, `${id} is ${state}`);
  if (state !== 'available') {
    return refused(what, `${id} is ${state}`, 'Wait until it is gone, then provision again.');
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

function throughputStep({ throughput }: DesiredFileSystem, fileSystem: FoundFileSystem): Step {
  const what = 'throughput';
  if (fileSystem.throughput === throughput) return there(what, throughput);
  const because = `it is ${fileSystem.throughput ?? 'unknown'}; AWS takes one change a day`;
  return toDo(what, because, { do: 'set throughput', fileSystem: fileSystem.id });
}

/** Backups that somebody has turned on stay on. */
function backupStep({ backup }: DesiredFileSystem, fileSystem: FoundFileSystem): Step {
  const what = 'backup policy';
  if (fileSystem.backup) return there(what, 'backups are on');
  if (!backup) return there(what, 'off, as the spec says');
  return toDo(what, 'backups are off', { do: 'enable backups', fileSystem: fileSystem.id });
}

/**
 * A policy that is there is never replaced: after the cutover it is what lets the clients in. One
 * that lacks what it must have is for a person.
 */
function policyStep({ accessRole }: Desired, { id, arn, policy }: FoundFileSystem): Step {
  const what = 'file-system policy';
  if (policy === undefined) {
    const who = accessRole === undefined ? 'for all' : `for all, root for ${accessRole} alone`;
    return toDo(what, `there is none; TLS ${who}`, { do: 'put policy', fileSystem: id, arn });
  }
  const fix = 'Compare it with: longhaul iam-policy SPEC --phase file-system.';
  if (!refusesPlainText(policy)) return refused(what, 'it lets in what is not TLS', fix);
  if (accessRole === undefined) return there(what, 'TLS for all');
  const { holds, because } = rootOnlyFor(policy, accessRole);
  return holds ? there(what, because) : refused(what, because, fix);
}

/** Files must not move to Infrequent Access while rounds still read them: that costs by the byte. */
function lifecycleStep(
  { done }: Desired,
  { infrequentAccessAfterDays: days }: DesiredFileSystem,
  { id, lifecycle }: FoundFileSystem,
): Step {
  const what = 'lifecycle';
  if (!done) {
    if (lifecycle.length === 0) return there(what, 'off until the migration is done');
    const because = `it is ${lifecycle.join(', ')}; off until the migration is done`;
    return toDo(what, because, { do: 'put lifecycle', fileSystem: id });
  }
  if (days === undefined) return there(what, 'as it is: the spec says nothing');
  const transition = days === 1 ? 'AFTER_1_DAY' : `AFTER_${days}_DAYS`;
  if (lifecycle.includes(transition)) return there(what, transition);
  const because = `the migration is done: ${transition} to Infrequent Access`;
  return toDo(what, because, { do: 'put lifecycle', fileSystem: id, transition });
}
