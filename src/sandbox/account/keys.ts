/** KMS keys: every named key belongs to the account and is enabled; one belongs to AWS. */
import { createHash } from 'node:crypto';
import type { World } from '../world/datasync.ts';
import { ServiceError } from '../wire/service-error.ts';

const MANAGED_ALIAS = 'alias/aws/elasticfilesystem';

/** Accepts a key or an alias, as an id or an ARN. Undefined stands for the default key of EFS. */
export function keyArn(world: World, named: string = MANAGED_ALIAS): string {
  const own = `arn:aws:kms:${world.region}:${world.account}:`;
  const name = named.startsWith('arn:') ? (named.split(':')[5] ?? '') : named;
  if (named.startsWith('arn:') && !named.startsWith(own)) {
    throw new ServiceError('NotFoundException', 400, `Key '${named}' does not exist`);
  }
  if (!name.startsWith('alias/')) return `${own}key/${name.replace(/^key\//, '')}`;
  const id = createHash('sha256').update(name).digest('hex');
  const parts = [
    id.slice(0, 8),
    id.slice(8, 12),
    id.slice(12, 16),
    id.slice(16, 20),
    id.slice(20, 32),
  ];
  return `${own}key/${parts.join('-')}`;
}

export function describeKey(world: World, { KeyId }: { readonly KeyId: string }): object {
  const Arn = keyArn(world, KeyId);
  const managed = Arn === keyArn(world);
  return {
    KeyMetadata: {
      AWSAccountId: world.account,
      KeyId: Arn.split('/').at(-1),
      Arn,
      CreationDate: 0,
      Enabled: true,
      Description: managed ? 'Default key that protects EFS file systems' : '',
      KeyState: 'Enabled',
      Origin: 'AWS_KMS',
      KeyManager: managed ? 'AWS' : 'CUSTOMER',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      KeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    },
  };
}
