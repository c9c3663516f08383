/** Checks the key that encrypts the file system. Sources: EFS and KMS user guides. */
import { fine, notKnown, warning, wrong, type AccountCheck, type AccountFacts } from './facts.ts';
import type { KeyFacts } from './context.ts';

const CHECK = 'key';

/** Checks the key of the existing file system, else of the one to be created. */
export function keyChecks({ fileSystem, wanted, context }: AccountFacts): AccountCheck[] {
  const key = fileSystem === undefined ? wanted.kmsKey : fileSystem.kmsKey;
  if (fileSystem === undefined && !wanted.create) return [];
  if (fileSystem !== undefined && !fileSystem.encrypted) return [];
  if (key === undefined || context.key === undefined) return [managed()];
  if ('unavailable' in context.key) {
    const command = `aws kms describe-key --key-id ${key} --query KeyMetadata`;
    return [notKnown(CHECK, `${key}; ${context.key.unavailable}`, command)];
  }
  const { value } = context.key;
  if (value === undefined) {
    const fix = `Name a key of ${wanted.region} in destination.create.kmsKey: the key of a file system cannot be changed.`;
    return [wrong(CHECK, `${key} does not exist in ${wanted.region}`, fix)];
  }
  return [value.manager === 'AWS' ? managed() : customerKey(value)];
}

function managed(): AccountCheck {
  const fix =
    'Name a customer managed key in destination.create.kmsKey before the file system is created: it cannot be changed later.';
  return warning(CHECK, 'AWS managed: its use cannot be limited or revoked', fix);
}

function customerKey({ arn, state, spec }: KeyFacts): AccountCheck {
  if (spec !== 'SYMMETRIC_DEFAULT') {
    return wrong(CHECK, `${arn} is ${spec}`, 'EFS needs a symmetric key: name another.');
  }
  if (state !== 'Enabled') {
    const fix = `Without it, no file can be read or written: aws kms enable-key --key-id ${arn}, or cancel-key-deletion first.`;
    return wrong(CHECK, `${arn} is ${state}`, fix);
  }
  return fine(CHECK, `${arn}, customer managed, enabled`);
}
