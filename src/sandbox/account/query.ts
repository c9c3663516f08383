/**
 * The calls to EC2, IAM and STS that `longhaul assess` makes: a form with an Action, answered in XML.
 * Every resource exists and is valid: this demonstrates the checks and proves nothing about an account.
 */
import type { EfsWorld } from '../world/efs.ts';
import type { Reply, Request } from '../wire/http.ts';
import { ServiceError } from '../wire/service-error.ts';
import {
  describeSecurityGroup,
  describeSubnet,
  describeVpc,
  describeVpcEndpoint,
  VPC,
} from './network.ts';
import { refusal } from './refusal.ts';

type Parameters = URLSearchParams;
type Content = string | number | boolean | readonly object[] | object;

interface Action {
  readonly service: 'ec2' | 'iam' | 'sts';
  readonly answer: (efs: EfsWorld, parameters: Parameters) => object;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  DescribeSubnets: {
    service: 'ec2',
    answer: (efs, given) => ({
      subnetSet: asked(given, 'SubnetId', 'subnet-id').map((id) => describeSubnet(efs, id)),
    }),
  },
  DescribeSecurityGroups: {
    service: 'ec2',
    answer: (efs, given) => ({
      securityGroupInfo: asked(given, 'GroupId', 'group-id').map((id) =>
        describeSecurityGroup(efs, id),
      ),
    }),
  },
  DescribeVpcs: {
    service: 'ec2',
    answer: (efs, given) => {
      const ids = asked(given, 'VpcId', 'vpc-id');
      return { vpcSet: (ids.length > 0 ? ids : [VPC]).map((id) => describeVpc(efs, id)) };
    },
  },
  DescribeVpcEndpoints: {
    service: 'ec2',
    answer: (efs, given) => ({
      vpcEndpointSet: asked(given, 'VpcEndpointId', 'vpc-endpoint-id').map((id) =>
        describeVpcEndpoint(efs, id),
      ),
    }),
  },
  GetRole: { service: 'iam', answer: getRole },
  GetCallerIdentity: {
    service: 'sts',
    answer: ({ world: { account } }) => ({
      Arn: `arn:aws:iam::${account}:user/sandbox`,
      UserId: 'AIDASANDBOX0000000000',
      Account: account,
    }),
  },
};

/** Returns the ids of a list ('SubnetId.1') or of a filter ('Filter.1.Name=subnet-id'). */
function asked(given: Parameters, list: string, filter: string): string[] {
  const named = [...given].filter(([key]) => key.startsWith(`${list}.`));
  const filters = [...given]
    .filter(([key, value]) => /^Filter\.\d+\.Name$/.test(key) && value === filter)
    .map(([key]) => key.replace(/Name$/, 'Value.'));
  const filtered = [...given].filter(([key]) => filters.some((prefix) => key.startsWith(prefix)));
  return [...named, ...filtered].map(([, value]) => value);
}

/** A trust policy as printed by `longhaul iam-policy --phase datasync-trust`. */
function getRole({ world }: EfsWorld, given: Parameters): object {
  const { account, region } = world;
  const name = given.get('RoleName') ?? '';
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'datasync.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:aws:datasync:${region}:${account}:*` },
        },
      },
    ],
  };
  return {
    Role: {
      Path: '/',
      RoleName: name,
      RoleId: 'AROASANDBOX0000000000',
      Arn: `arn:aws:iam::${account}:role/${name}`,
      CreateDate: new Date(0).toISOString(),
      AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(trust)),
      MaxSessionDuration: 3600,
    },
  };
}

export function isQuery({ method, headers }: Request): boolean {
  return (
    method === 'POST' &&
    String(headers['content-type']).startsWith('application/x-www-form-urlencoded')
  );
}

export function answerQuery(efs: EfsWorld, request: Request): Reply | 'lost' {
  const given = new URLSearchParams(request.body.toString());
  const name = given.get('Action') ?? '';
  const action = ACTIONS[name];
  const isEc2 = given.get('Version') === '2016-11-15';
  try {
    const fault = efs.world.faults.onCall(name);
    if (fault !== undefined && fault !== 'lost') {
      throw refusal(fault, isEc2 ? 'UnauthorizedOperation' : 'AccessDenied');
    }
    if (!action)
      throw new ServiceError('InvalidAction', 400, `The sandbox does not answer ${name}.`);
    const reply = xml(200, answered(name, action, efs, given));
    return fault === 'lost' ? 'lost' : reply;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return failed(error, isEc2);
  }
}

function answered(
  name: string,
  { service, answer }: Action,
  efs: EfsWorld,
  given: Parameters,
): object {
  const content = answer(efs, given);
  if (service === 'ec2') return { [`${name}Response`]: { requestId: 'sandbox', ...content } };
  return {
    [`${name}Response`]: {
      [`${name}Result`]: content,
      ResponseMetadata: { RequestId: 'sandbox' },
    },
  };
}

function failed({ type, status, message }: ServiceError, isEc2: boolean): Reply {
  const error = { Code: type, Message: message };
  return isEc2
    ? xml(status, { Response: { Errors: { Error: error }, RequestID: 'sandbox' } })
    : xml(status, { ErrorResponse: { Error: { Type: 'Sender', ...error }, RequestId: 'sandbox' } });
}

function xml(status: number, content: object): Reply {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${elements(content)}`,
  };
}

function elements(content: object): string {
  return Object.entries(content)
    .map(([name, value]) => `<${name}>${inner(value as Content)}</${name}>`)
    .join('');
}

function inner(value: Content): string {
  if (Array.isArray(value)) {
    return value.map((item) => `<item>${elements(item as object)}</item>`).join('');
  }
  if (typeof value === 'object') return elements(value);
  return String(value).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
