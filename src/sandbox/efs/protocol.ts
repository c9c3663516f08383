/** restJson1: the operation is the method and the path, parameters come from path, query and body. */
import { json, type Reply, type Request } from '../wire/http.ts';
import { violations, type Operation, type ServiceModel } from '../wire/model.ts';
import { ServiceError } from '../wire/service-error.ts';
import * as fileSystems from './file-systems.ts';
import * as targets from './mount-targets.ts';
import { efsError, fileSystemOf, type EfsWorld, type Fields } from '../world/efs.ts';

type Handler = (efs: EfsWorld, request: Fields) => Fields;

/** The operations of EFS that the sandbox implements. All others are rejected by name. */
export const OPERATIONS: Readonly<Record<string, Handler>> = {
  CreateFileSystem: fileSystems.createFileSystem,
  DescribeFileSystems: fileSystems.describeFileSystems,
  UpdateFileSystem: fileSystems.updateFileSystem,
  DeleteFileSystem: fileSystems.deleteFileSystem,
  PutFileSystemPolicy: fileSystems.putPolicy,
  DescribeFileSystemPolicy: fileSystems.describePolicy,
  DeleteFileSystemPolicy: fileSystems.deletePolicy,
  PutBackupPolicy: fileSystems.putBackup,
  DescribeBackupPolicy: fileSystems.describeBackup,
  PutLifecycleConfiguration: fileSystems.putLifecycle,
  DescribeLifecycleConfiguration: fileSystems.describeLifecycle,
  CreateMountTarget: targets.createMountTarget,
  DescribeMountTargets: targets.describeMountTargets,
  DeleteMountTarget: targets.deleteMountTarget,
  DescribeMountTargetSecurityGroups: targets.describeSecurityGroups,
  ModifyMountTargetSecurityGroups: targets.modifySecurityGroups,
  CreateAccessPoint: targets.createAccessPoint,
  DescribeAccessPoints: targets.describeAccessPoints,
  DeleteAccessPoint: targets.deleteAccessPoint,
  ListTagsForResource: (efs, request) => ({ Tags: tagged(efs, request['ResourceId']).tags }),
  TagResource: tagResource,
  UntagResource: untagResource,
  DescribeReplicationConfigurations: noReplication,
};

function tagged(efs: EfsWorld, id: unknown): { tags: { Key: string; Value: string }[] } {
  return efs.accessPoints.get(String(id).split('/').at(-1) ?? '') ?? fileSystemOf(efs, id);
}

function tagResource(efs: EfsWorld, request: Fields): Fields {
  const resource = tagged(efs, request['ResourceId']);
  const added = request['Tags'] as { Key: string; Value: string }[];
  resource.tags = [...resource.tags.filter((t) => !added.some((a) => a.Key === t.Key)), ...added];
  return {};
}

function untagResource(efs: EfsWorld, request: Fields): Fields {
  const resource = tagged(efs, request['ResourceId']);
  const keys = [request['TagKeys']].flat() as string[];
  resource.tags = resource.tags.filter((tag) => !keys.includes(tag.Key));
  return {};
}

function noReplication(): Fields {
  throw efsError('ReplicationNotFound', 404, 'No replication configuration found.');
}

export function isEfs(request: Request, model: ServiceModel): boolean {
  return request.path.startsWith(`/${model.apiVersion}/`);
}

export function answerEfs(efs: EfsWorld, model: ServiceModel, request: Request): Reply | 'lost' {
  try {
    const { name, operation, input } = route(model, request);
    const fault = efs.world.faults.onCall(name);
    if (fault === 'throttled') throw efsError('ThrottlingException', 429, 'Rate exceeded');
    if (fault === 'denied') throw efsError('AccessDeniedException', 403, `Not authorized: ${name}`);
    if (fault === 'unavailable') throw efsError('DependencyTimeout', 504, 'Try again.');
    const handler = OPERATIONS[name];
    if (!handler) throw efsError('BadRequest', 400, `The sandbox does not answer ${name}.`);
    const problems = operation.input === undefined ? [] : violations(model, operation.input, input);
    if (problems.length > 0) throw efsError('BadRequest', 400, problems.join('; '));
    const result = handler(efs, input);
    if (fault === 'internal') throw efsError('InternalServerError', 500, 'Internal error.');
    const status = operation.http.responseCode ?? 200;
    return fault === 'lost' ? 'lost' : status === 204 ? { status } : json(status, result);
  } catch (error) {
    const known =
      error instanceof ServiceError
        ? error
        : efsError('InternalServerError', 500, 'Internal error.');
    const reply = json(known.status, known.fields);
    return { ...reply, headers: { ...reply.headers, 'x-amzn-errortype': known.type } };
  }
}

interface Routed {
  readonly name: string;
  readonly operation: Operation;
  readonly input: Fields;
}

/** Finds the most specific path: literal segments come before parameters. */
function route(model: ServiceModel, request: Request): Routed {
  const matches = Object.entries(model.operations).flatMap(([name, operation]) => {
    const parameters =
      operation.http.method === request.method
        ? matchPath(operation.http.requestUri, request.path)
        : undefined;
    return parameters ? [{ name, operation, parameters }] : [];
  });
  matches.sort((a, b) => Object.keys(a.parameters).length - Object.keys(b.parameters).length);
  const [match] = matches;
  if (!match)
    throw efsError('BadRequest', 400, `No such operation: ${request.method} ${request.path}`);
  const body = request.body.length > 0 ? (JSON.parse(request.body.toString()) as Fields) : {};
  const query = queryInput(model, match.operation, request.query);
  return {
    name: match.name,
    operation: match.operation,
    input: { ...body, ...query, ...match.parameters },
  };
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const regex = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return '([^/]+)';
  });
  const match = new RegExp(`^${regex}$`).exec(path);
  return match
    ? Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1] ?? '')]))
    : undefined;
}

function queryInput(model: ServiceModel, operation: Operation, query: URLSearchParams): Fields {
  const members = model.shapes[operation.input ?? '']?.members ?? {};
  const given: Fields = {};
  for (const [name, ref] of Object.entries(members)) {
    if (ref.location !== 'querystring') continue;
    const values = query.getAll(ref.locationName ?? name);
    const type = model.shapes[ref.shape]?.type;
    if (values.length === 0) continue;
    given[name] = type === 'integer' ? Number(values[0]) : type === 'list' ? values : values[0];
  }
  return given;
}
