/** What every task is made with, whoever makes it. */
import type { CreateTaskCommandInput } from '@aws-sdk/client-datasync';
import type { LocationSpec } from '../spec/kinds.ts';
import { tagsOf } from './names.ts';

export interface TaskPlace {
  readonly name: string;
  /** ARNs of locations. */
  readonly source: string;
  readonly destination: string;
  /** Beside those of the migration. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Verification and deletes are chosen by each execution; these are the harmless defaults. */
export function taskRequest(
  { name: migration, aws }: Pick<LocationSpec, 'name' | 'aws'>,
  { name, source, destination, tags }: TaskPlace,
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
