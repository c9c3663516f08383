/**
 * Does one step. What carries a token may be sent twice; what carries none (locations, tasks) is sent
 * once, and after a reply that was lost it is for the next look to find it.
 */
import {
  CreateLocationEfsCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DeleteLocationCommand,
  DeleteTaskCommand,
} from '@aws-sdk/client-datasync';
import type { Deed } from '../../policy/provision/steps.ts';
import type { AwsClients } from '../clients.ts';
import type { LocationSpec } from '../../spec/kinds.ts';
import { performOnEfs, type EfsDeed } from './perform-efs.ts';
import { efsLocation, nfsLocation, s3Location } from '../locations.ts';
import { poolTaskName } from '../names.ts';
import { taskRequest } from '../tasks.ts';
import { through } from './made-access-point.ts';

export async function perform(clients: AwsClients, spec: LocationSpec, deed: Deed): Promise<void> {
  const { datasync, datasyncOnce, efs } = clients;
  switch (deed.do) {
    case 'create NFS location':
      await datasyncOnce.send(new CreateLocationNfsCommand(nfsLocation(spec, deed.agent)));
      return;
    case 'create EFS location':
      await datasyncOnce.send(
        new CreateLocationEfsCommand(efsLocation(through(spec, deed.accessPoint), deed.fileSystem)),
      );
      return;
    case 'create S3 location': {
      const wanted = spec.aws.s3Locations?.[deed.number];
      if (wanted !== undefined)
        await datasyncOnce.send(new CreateLocationS3Command(s3Location(spec, wanted)));
      return;
    }
    case 'create task':
      await datasyncOnce.send(
        new CreateTaskCommand(
          taskRequest(spec, { ...deed, name: poolTaskName(spec.name, deed.lane) }),
        ),
      );
      return;
    case 'delete task':
      await gone(() => datasync.send(new DeleteTaskCommand({ TaskArn: deed.arn })));
      return;
    case 'delete location':
      await gone(() => datasync.send(new DeleteLocationCommand({ LocationArn: deed.arn })));
      return;
    default:
      await performOnEfs(efs, spec, deed satisfies EfsDeed);
  }
}

/** DataSync has one error for everything; what is not there is said in its text. */
async function gone(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'InvalidRequestException' && /not found|does not exist/i.test(message)) return;
    throw error;
  }
}
