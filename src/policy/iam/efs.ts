/** Permissions on the file system and its key. */
import { arnOf, fileSystemArn } from './arns.ts';
import { allow, type Condition, type Statement } from './document.ts';
import type { IamFacts } from './facts.ts';

/** Returns the ARN of the file system, or of any while its id is unknown. */
export function fileSystems({ environment, fileSystem }: IamFacts): string[] {
  return [
    fileSystem === undefined
      ? arnOf(environment, 'elasticfilesystem', 'file-system/*')
      : fileSystemArn(environment, fileSystem),
  ];
}

const ALL_ASPECTS = [
  'AccessPoints',
  'BackupPolicy',
  'FileSystemPolicy',
  'FileSystems',
  'LifecycleConfiguration',
  'MountTargetSecurityGroups',
  'MountTargets',
  'ReplicationConfigurations',
];

export function canDescribeFileSystem(
  facts: IamFacts,
  aspects: readonly string[] = ALL_ASPECTS,
): Statement {
  return allow(
    'LookAtTheFileSystem',
    'elasticfilesystem',
    aspects.map((name) => `Describe${name}`),
    // Finding a file system by its creation token lists all of them.
    arnOf(facts.environment, 'elasticfilesystem', 'file-system/*'),
  );
}

/** Covers the key of the spec; without one, any key: that of the file system is known only at run time. */
export function canDescribeKey(facts: IamFacts): Statement {
  const { kmsKey, environment } = facts;
  const { resource, condition }: KeyResource =
    kmsKey === undefined ? { resource: arnOf(environment, 'kms', 'key/*') } : keyOf(facts, kmsKey);
  return allow('LookAtTheKey', 'kms', ['DescribeKey'], resource, condition);
}

/** When EFS creates the file system, it uses the key with the caller's permissions; the caller cannot. */
export function canUseKey(facts: IamFacts): Statement[] {
  const { kmsKey, environment } = facts;
  if (kmsKey === undefined) return [];
  const { resource, condition = {} } = keyOf(facts, kmsKey);
  const throughEfs = {
    ...condition,
    StringEquals: {
      'kms:ViaService': `elasticfilesystem.${environment.region}.amazonaws.com`,
      'kms:CallerAccount': environment.account,
    },
  };
  return [
    allow('LookAtTheKey', 'kms', ['DescribeKey'], resource, condition),
    allow(
      'EncryptThroughEfs',
      'kms',
      ['CreateGrant', 'Decrypt', 'GenerateDataKeyWithoutPlaintext'],
      resource,
      throughEfs,
    ),
  ].map((statement) => withoutEmpty(statement));
}

interface KeyResource {
  readonly resource: string;
  readonly condition?: Condition;
}

/** A resource in IAM is a key, never an alias: an alias becomes a condition on any key. */
function keyOf({ environment }: IamFacts, arn: string): KeyResource {
  const alias = /:(alias\/.+)$/.exec(arn)?.[1];
  if (alias === undefined) return { resource: arn };
  return {
    resource: arnOf(environment, 'kms', 'key/*'),
    condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } },
  };
}

function withoutEmpty({ Condition, ...statement }: Statement): Statement {
  if (Condition === undefined || Object.keys(Condition).length === 0) return statement;
  return { ...statement, Condition };
}
