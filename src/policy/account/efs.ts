/** Checks that DataSync can write to the file system. Sources: EFS and DataSync user guides. */
import { fine, notKnown, warning, wrong, type AccountCheck, type AccountFacts } from './facts.ts';
import { requiresTls, rootOnlyFor } from '../iam/file-system-policy.ts';
import type { FoundFileSystem } from '../provision/steps.ts';

const PROVISION = 'Create it: longhaul provision SPEC --apply.';

export function fileSystemChecks(facts: AccountFacts): AccountCheck[] {
  const { fileSystem, wanted } = facts;
  if (fileSystem === undefined) {
    const check = 'file system';
    return [
      wanted.create
        ? notKnown(check, 'it does not exist yet', PROVISION)
        : wrong(check, `${wanted.fileSystem ?? ''} does not exist`, 'Fix destination.fileSystem.'),
    ];
  }
  return [
    stateCheck(fileSystem),
    encryptionCheck(fileSystem),
    throughputCheck(fileSystem),
    replicationCheck(facts),
    ...policyChecks(fileSystem, wanted.accessRole),
    accessPointCheck(facts),
    backupCheck(fileSystem),
    lifecycleCheck(fileSystem),
  ];
}

function backupCheck({ backup }: FoundFileSystem): AccountCheck {
  const check = 'backups';
  if (backup) return fine(check, 'on');
  const fix = 'Turn them on: aws efs put-backup-policy.';
  return warning(check, 'off: entries that a delete-pass removes cannot be restored', fix);
}

function lifecycleCheck({ lifecycle }: FoundFileSystem): AccountCheck {
  const check = 'lifecycle';
  if (lifecycle.length === 0) return fine(check, 'off');
  const found = `${lifecycle.join(', ')}: reads of moved files are billed per byte`;
  const fix = 'Turn it off until the migration is done: aws efs put-lifecycle-configuration.';
  return warning(check, found, fix);
}

function stateCheck({ id, state }: FoundFileSystem): AccountCheck {
  if (state === 'available') return fine('file system', id);
  return wrong('file system', `${id} is ${state}`, 'Wait until it is available.');
}

function encryptionCheck({ encrypted, kmsKey }: FoundFileSystem): AccountCheck {
  const check = 'encryption at rest';
  if (encrypted) return fine(check, kmsKey ?? 'the AWS managed key');
  const fix = 'It cannot be added later: use another file system, or destination.create.';
  return wrong(check, 'none', fix);
}

function throughputCheck({ throughput }: FoundFileSystem): AccountCheck {
  const check = 'throughput';
  if (throughput === 'elastic') return fine(check, 'elastic');
  const fix =
    'Verification reads every byte: aws efs update-file-system --throughput-mode elastic.';
  return warning(check, throughput ?? 'unknown', fix);
}

function replicationCheck({ replicatedTo }: AccountFacts): AccountCheck {
  const check = 'replication';
  if (!replicatedTo) return fine(check, 'not the destination of one');
  return wrong(
    check,
    'it is the read-only destination of a replication',
    'End the replication first.',
  );
}

function policyChecks({ policy }: FoundFileSystem, accessRole: string | undefined): AccountCheck[] {
  const check = 'file-system policy';
  const fix = 'Compare it with: longhaul iam-policy SPEC --phase file-system.';
  if (policy === undefined)
    return [warning(check, 'none: any client in the network can mount it without TLS', fix)];
  const tls = requiresTls(policy)
    ? fine(check, 'TLS only')
    : warning(check, 'it allows access without TLS', fix);
  if (accessRole === undefined) {
    return [
      tls,
      wrong(
        'root for DataSync',
        'there is a policy, and the spec names no role',
        'Set destination.accessRole.',
      ),
    ];
  }
  const { holds, because } = rootOnlyFor(policy, accessRole);
  return [
    tls,
    holds ? fine('root for DataSync', because) : wrong('root for DataSync', because, fix),
  ];
}

function accessPointCheck({ accessPoint, wanted }: AccountFacts): AccountCheck {
  const check = 'access point';
  if (accessPoint === undefined) {
    if (wanted.accessPoint === undefined) return fine(check, 'none is used');
    return wrong(check, `${wanted.accessPoint} does not exist`, 'Fix destination.accessPoint.');
  }
  if (!accessPoint.enforcesUser) return fine(check, `${accessPoint.id} at ${accessPoint.path}`);
  const fix = 'Use one without a POSIX user: it replaces every owner, and verification fails.';
  return wrong(check, `${accessPoint.id} enforces a user`, fix);
}
