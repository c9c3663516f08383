/** Which key encrypts the file system, and whether it can. Sources: EFS and KMS user guides. */
import { fine, notKnown, warning, wrong, type AccountCheck, type AccountFacts } from './facts.ts';
import type { KeyFacts } from './surroundings.ts';

const CHECK = 'key';

/** Of the file system that is there, else of the one that is to be made. */
export function keyChecks({ fileSystem, wanted, around }: AccountFacts): AccountCheck[] {
  const key = fileSystem === undefined ? wanted.kmsKey : fileSystem.kmsKey;
  if (fileSystem === undefined && !wanted.create) return [];
  if (fileSystem !== undefined && !fileSystem.encrypted) return [];
  if (key === undefined || around.key === undefined) return [managed()];
  if ('notTold' in around.key) {
    const command = `aws kms describe-key --key-id ${key} --query KeyMetadata`;
    return [notKnown(CHECK, `${key}; ${around.key.notTold}`, command)];
  }
  const { told } = around.key;
  if (told === undefined) {
    const fix = `Name a key of ${wanted.region} in destination.create.kmsKey: a file system keeps its key for life.`;
    return [wrong(CHECK, `there is no ${key} in ${wanted.region}`, fix)];
  }
  return [told.manager === 'AWS' ? managed() : customerKey(told)];
}

function managed(): AccountCheck {
  const fix =
    'Before the file system is made, name a key of yours in destination.create.kmsKey: it cannot be changed later.';
  return warning(CHECK, 'the one that AWS manages: nobody can limit or revoke its use', fix);
}

function customerKey({ arn, state, spec }: KeyFacts): AccountCheck {
  if (spec !== 'SYMMETRIC_DEFAULT') {
    return wrong(CHECK, `${arn} is ${spec}`, 'EFS takes symmetric keys: name another.');
  }
  if (state !== 'Enabled') {
    const fix = `Without it nothing can be read or written: aws kms enable-key --key-id ${arn}, or cancel-key-deletion first.`;
    return wrong(CHECK, `${arn} is ${state}`, fix);
  }
  return fine(CHECK, `${arn}, of the account, enabled`);
}
