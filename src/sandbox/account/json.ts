/** The calls to KMS and Service Quotas that `longhaul assess` makes: awsJson1.1. */
import { json, type Reply, type Request } from '../wire/http.ts';
import type { World } from '../world/datasync.ts';
import { ServiceError } from '../wire/service-error.ts';
import { describeKey } from './keys.ts';
import { refusal } from './refusal.ts';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

type Handler = (world: World, request: never) => object;

const OPERATIONS: Readonly<Record<string, Handler>> = {
  'TrentService.DescribeKey': describeKey,
  'ServiceQuotasV20190624.GetServiceQuota': getServiceQuota,
};

/** Returns true when the target of a request is one of these services. */
export const isAccountTarget = (target: string): boolean =>
  /^(TrentService|ServiceQuotasV\d+)\./.test(target);

export function answerJson(world: World, request: Request): Reply | 'lost' {
  const target = String(request.headers['x-amz-target']);
  const name = target.split('.')[1] ?? '';
  try {
    const fault = world.faults.onCall(name);
    if (fault !== undefined && fault !== 'lost') throw refusal(fault, 'AccessDeniedException');
    const handler = OPERATIONS[target];
    if (!handler)
      throw new ServiceError(
        'UnknownOperationException',
        400,
        `The sandbox does not answer ${target}.`,
      );
    const answer = handler(world, JSON.parse(request.body.toString() || '{}') as never);
    return fault === 'lost' ? 'lost' : json(200, answer, CONTENT_TYPE);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return json(error.status, { __type: error.type, message: error.message }, CONTENT_TYPE);
  }
}

const TASKS = { code: 'L-74E04279', name: 'Tasks' };

function getServiceQuota(
  world: World,
  { ServiceCode, QuotaCode }: { readonly ServiceCode: string; readonly QuotaCode: string },
): object {
  if (ServiceCode !== 'datasync' || QuotaCode !== TASKS.code) {
    throw new ServiceError(
      'NoSuchResourceException',
      400,
      `The sandbox has no quota ${QuotaCode} of ${ServiceCode}.`,
    );
  }
  return {
    Quota: {
      ServiceCode,
      ServiceName: 'AWS DataSync',
      QuotaArn: `arn:aws:servicequotas:${world.region}:${world.account}:datasync/${TASKS.code}`,
      QuotaCode,
      QuotaName: TASKS.name,
      Value: world.taskQuota,
      Unit: 'None',
      Adjustable: true,
      GlobalQuota: false,
    },
  };
}
