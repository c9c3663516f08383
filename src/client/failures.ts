/** Converts Temporal's errors to longhaul's. They are recognised by name and gRPC status, never by class. */
import { CODES, type Code } from '../errors/codes.ts';
import { LonghaulError } from '../errors/failure.ts';
import { causeChain } from '../errors/thrown.ts';

/** gRPC status codes: https://grpc.io/docs/guides/status-codes/ */
const GRPC = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
} as const;

const hasStatus = (thrown: unknown, ...codes: number[]): boolean =>
  causeChain(thrown).some(({ code }) => typeof code === 'number' && codes.includes(code));

const isNamed = (thrown: unknown, name: string): boolean =>
  causeChain(thrown).some((error) => error.name === name);

export const notFound = (thrown: unknown): boolean =>
  isNamed(thrown, 'WorkflowNotFoundError') || hasStatus(thrown, 5);

export const alreadyStarted = (thrown: unknown): boolean =>
  isNamed(thrown, 'WorkflowExecutionAlreadyStartedError');

/** Returns true if no worker answered in time. */
export const noAnswer = (thrown: unknown): boolean =>
  isNamed(thrown, 'WorkflowUpdateRPCTimeoutOrCancelledError') ||
  isNamed(thrown, 'QueryRejectedError') ||
  hasStatus(thrown, GRPC.CANCELLED, GRPC.DEADLINE_EXCEEDED, GRPC.FAILED_PRECONDITION);

/** Returns true if the workflow rejected the message. */
export const refused = (thrown: unknown): boolean => isNamed(thrown, 'WorkflowUpdateFailedError');

export function unreachable(address: string, thrown: unknown): LonghaulError {
  const why = causeChain(thrown).at(-1)?.message ?? String(thrown);
  return new LonghaulError(
    'SERVER_UNREACHABLE',
    `No Temporal server answers at ${address} (${why})`,
    { cause: thrown },
  );
}

export function noSuchMigration(name: string): LonghaulError {
  return new LonghaulError('NO_SUCH_MIGRATION', `There is no migration "${name}" on this server`);
}

export function hasEnded(name: string): LonghaulError {
  return new LonghaulError('NOT_READY', `${name} has ended and accepts no messages`, {
    hint: `longhaul status ${name} shows how.`,
  });
}

/** Converts a rejection: the type of its failure is an error code; else the state does not allow the message. */
export function refusal(thrown: unknown): LonghaulError {
  const inner = causeChain(thrown).at(-1);
  const code =
    typeof inner?.type === 'string' && inner.type in CODES ? (inner.type as Code) : 'NOT_READY';
  return new LonghaulError(code, inner?.message ?? 'The migration refused', { cause: thrown });
}

/** Converts "no such migration" and "no server"; returns other errors unchanged. */
export function translate(thrown: unknown, name: string | undefined, address: string): unknown {
  if (name !== undefined && notFound(thrown)) return noSuchMigration(name);
  if (hasStatus(thrown, GRPC.UNAVAILABLE)) return unreachable(address, thrown);
  return thrown;
}
