/** Rights on the file system and its key. */
import { arnOf, fileSystemArn } from './arns.ts';
import { allow, type Condition, type Statement } from './document.ts';
import type { IamFacts } from './facts.ts';

/** The one there is, or any while its id is not known. */
export function fileSystems({ place, fileSystem }: IamFacts): string[] {
  return [
    fileSystem === undefined
      ? arnOf(place, 'elasticfilesystem', 'file-system/*')
      : fileSystemArn(place, fileSystem),
  ];
}

const LOOKED_AT = [
  'AccessPoints',
  'BackupPolicy',
  'FileSystemPolicy',
  'FileSystems',
  'LifecycleConfiguration',
  'MountTargetSecurityGroups',
  'MountTargets',
  'ReplicationConfigurations',
];

export function describeFileSystem(
  facts: IamFacts,
  what: readonly string[] = LOOKED_AT,
): Statement {
  return allow(
    'LookAtTheFileSystem',
    'elasticfilesystem',
    what.map((name) => `Describe${name}`),
    // Looking for one by its token asks for all of them.
    arnOf(facts.place, 'elasticfilesystem', 'file-system/*'),
  );
}

/** The key the spec names; else that of the file system, which is only known once it is looked at. */
export function describeAnyKey(facts: IamFacts): Statement {
  const { kmsKey, place } = facts;
  const { resource, condition }: KeyResource =
    kmsKey === undefined ? { resource: arnOf(place, 'kms', 'key/*') } : keyOf(facts, kmsKey);
  return allow('LookAtTheKey', 'kms', ['DescribeKey'], resource, condition);
}

/** EFS uses the key with the caller's rights when it makes the file system, and only EFS may. */
export function useKey(facts: IamFacts): Statement[] {
  const { kmsKey, place } = facts;
  if (kmsKey === undefined) return [];
  const { resource, condition = {} } = keyOf(facts, kmsKey);
  const throughEfs = {
    ...condition,
    StringEquals: {
      'kms:ViaService': `elasticfilesystem.${place.region}.amazonaws.com`,
      'kms:CallerAccount': place.account,
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

/** IAM names keys, not aliases: an alias is a condition on any key. */
function keyOf({ place }: IamFacts, arn: string): KeyResource {
  const alias = /:(alias\/.+)$/.exec(arn)?.[1];
  if (alias === undefined) return { resource: arn };
  return {
    resource: arnOf(place, 'kms', 'key/*'),
    condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } },
  };
}

function withoutEmpty({ Condition, ...statement }: Statement): Statement {
  if (Condition === undefined || Object.keys(Condition).length === 0) return statement;
  return { ...statement, Condition };
}
