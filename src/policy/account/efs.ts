/** Whether the file system can take what DataSync writes. Sources: EFS and DataSync user guides. */
import { fine, notKnown, warning, wrong, type AccountCheck, type AccountFacts } from './facts.ts';
import { refusesPlainText, rootOnlyFor } from '../iam/file-system-policy.ts';
import type { FoundFileSystem } from '../provision/steps.ts';

const PROVISION = 'Make it: longhaul provision SPEC --apply.';

export function fileSystemChecks(facts: AccountFacts): AccountCheck[] {
  const { fileSystem, wanted } = facts;
  if (fileSystem === undefined) {
    const check = 'file system';
    return [
      wanted.create
        ? notKnown(check, 'there is none yet', PROVISION)
        : wrong(check, `there is no ${wanted.fileSystem ?? ''}`, 'Correct destination.fileSystem.'),
    ];
  }
  return [
    stateCheck(fileSystem),
    encryptionCheck(fileSystem),
    throughputCheck(fileSystem),
    replicationCheck(facts),
    ...policyChecks(fileSystem, wanted.accessRole),
    accessPointCheck(facts),
    fileSystem.backup
      ? fine('backups', 'on')
      : warning(
          'backups',
          'off: what a delete-pass removes is gone',
          'Turn them on: aws efs put-backup-policy.',
        ),
    fileSystem.lifecycle.length === 0
      ? fine('lifecycle', 'off')
      : warning(
          'lifecycle',
          `${fileSystem.lifecycle.join(', ')}: reading what has moved is billed by the byte`,
          'Turn it off until the migration is done: aws efs put-lifecycle-configuration.',
        ),
  ];
}

function stateCheck({ id, state }: FoundFileSystem): AccountCheck {
  if (state === 'available') return fine('file system', id);
  return wrong('file system', `${id} is ${state}`, 'Wait until it is available.');
}

function encryptionCheck({ encrypted, kmsKey }: FoundFileSystem): AccountCheck {
  const check = 'encryption at rest';
  if (encrypted) return fine(check, kmsKey ?? 'the key that AWS manages');
  const fix = 'It cannot be added later: take another file system, or destination.create.';
  return wrong(check, 'none', fix);
}

function throughputCheck({ throughput }: FoundFileSystem): AccountCheck {
  const check = 'throughput';
  if (throughput === 'elastic') return fine(check, 'elastic');
  const fix =
    'Verification reads everything: aws efs update-file-system --throughput-mode elastic.';
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
  const fix = 'See what it should be: longhaul iam-policy SPEC --phase file-system.';
  if (policy === undefined)
    return [warning(check, 'none: anybody in the network may mount it without TLS', fix)];
  const tls = refusesPlainText(policy)
    ? fine(check, 'TLS only')
    : warning(check, 'it lets in what is not TLS', fix);
  if (accessRole === undefined) {
    return [
      tls,
      wrong(
        'root for DataSync',
        'there is a policy, and the spec has no role',
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
    return wrong(check, `there is no ${wanted.accessPoint}`, 'Correct destination.accessPoint.');
  }
  if (!accessPoint.enforcesUser) return fine(check, `${accessPoint.id} at ${accessPoint.path}`);
  const fix =
    'Take one without a POSIX user: every owner would be replaced, and verification fails.';
  return wrong(check, `${accessPoint.id} enforces a user`, fix);
}
