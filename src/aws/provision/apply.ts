/**
 * Applies one action. Requests with an idempotency token may be retried. Those without (locations, tasks)
 * are sent once; after a lost reply, the next round finds what they created.
 */
import {
  CreateLocationEfsCommand,
  CreateLocationNfsCommand,
  CreateLocationS3Command,
  CreateTaskCommand,
  DeleteLocationCommand,
  DeleteTaskCommand,
} from '@aws-sdk/client-datasync';
import type { Action, ActionOf } from '../../policy/provision/steps.ts';
import type { AwsClients } from '../clients.ts';
import { isNotFound } from '../failures.ts';
import type { LocationSpec } from '../../spec/kinds.ts';
import { applyToEfs, type EfsAction } from './apply-efs.ts';
import { efsLocation, nfsLocation, s3Location } from '../locations.ts';
import { poolTaskName } from '../names.ts';
import { taskRequest } from '../tasks.ts';
import { withAccessPoint } from './access-point.ts';

export async function applyAction(
  clients: AwsClients,
  spec: LocationSpec,
  action: Action,
): Promise<void> {
  const { datasync, efs } = clients;
  switch (action.do) {
    case 'create NFS location':
    case 'create EFS location':
    case 'create S3 location':
    case 'create task':
      return create(clients, spec, action);
    case 'delete task':
      return ignoreMissing(() => datasync.send(new DeleteTaskCommand({ TaskArn: action.arn })));
    case 'delete location':
      return ignoreMissing(() =>
        datasync.send(new DeleteLocationCommand({ LocationArn: action.arn })),
      );
    default:
      await applyToEfs(efs, spec, action satisfies EfsAction);
  }
}

type Creation = ActionOf<
  'create NFS location' | 'create EFS location' | 'create S3 location' | 'create task'
>;

async function create(
  { datasyncOnce }: AwsClients,
  spec: LocationSpec,
  action: Creation,
): Promise<void> {
  switch (action.do) {
    case 'create NFS location':
      await datasyncOnce.send(new CreateLocationNfsCommand(nfsLocation(spec, action.agent)));
      return;
    case 'create EFS location': {
      const mounted = withAccessPoint(spec, action.accessPoint);
      await datasyncOnce.send(
        new CreateLocationEfsCommand(efsLocation(mounted, action.fileSystem)),
      );
      return;
    }
    case 'create S3 location': {
      const location = spec.aws.s3Locations?.[action.number];
      if (location !== undefined)
        await datasyncOnce.send(new CreateLocationS3Command(s3Location(spec, location)));
      return;
    }
    case 'create task': {
      const { lane, source, destination } = action;
      const task = { name: poolTaskName(spec.name, lane), source, destination };
      await datasyncOnce.send(new CreateTaskCommand(taskRequest(spec, task)));
    }
  }
}

async function ignoreMissing(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if ((error as Error).name !== 'InvalidRequestException' || !isNotFound(error)) throw error;
  }
}
