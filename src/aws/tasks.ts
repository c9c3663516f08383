/** The CreateTask request that provisioning and the engine share. */
import type { CreateTaskCommandInput } from '@aws-sdk/client-datasync';
import type { LocationSpec } from '../spec/kinds.ts';
import { tagsOf } from './names.ts';

export interface TaskIdentity {
  readonly name: string;
  /** ARN of a location, as is `destination`. */
  readonly source: string;
  readonly destination: string;
  /** In addition to those of the migration. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Each execution overrides verification and deletes; the defaults delete nothing. */
export function taskRequest(
  { name: migration, aws }: Pick<LocationSpec, 'name' | 'aws'>,
  { name, source, destination, tags }: TaskIdentity,
): CreateTaskCommandInput {
  const { logGroup } = aws;
  return {
    SourceLocationArn: source,
    DestinationLocationArn: destination,
    Name: name,
    Options: {
      VerifyMode: 'ONLY_FILES_TRANSFERRED',
      TransferMode: 'CHANGED',
      OverwriteMode: 'ALWAYS',
      PreserveDeletedFiles: 'PRESERVE',
      PreserveDevices: 'NONE',
      PosixPermissions: 'PRESERVE',
      Uid: 'INT_VALUE',
      Gid: 'INT_VALUE',
      Atime: 'BEST_EFFORT',
      Mtime: 'PRESERVE',
      TaskQueueing: 'ENABLED',
      LogLevel: logGroup === undefined ? 'OFF' : 'BASIC',
    },
    ...(logGroup === undefined ? {} : { CloudWatchLogGroupArn: logGroup }),
    Tags: tagsOf(migration, aws.tags, tags),
  };
}
