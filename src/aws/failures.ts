/** What a failed call to AWS means. The SDK's errors are recognised by name and status, never by class. */
import { LonghaulError, type Code } from '../errors.ts';

interface Thrown {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const BUSY =
  /^(ThrottlingException|Throttling|TooManyRequests(Exception)?|RequestLimitExceeded|InternalException|InternalServerError|InternalFailure|ServiceUnavailable|DependencyTimeout|InsufficientThroughputCapacity|IncorrectFileSystemLifeCycleState)$/;
const REFUSED =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|CredentialsProviderError|UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|ExpiredToken(Exception)?|SignatureDoesNotMatch)$/;
const NO_ANSWER =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ESOCKETTIMEDOUT)$/;
/** Roles take minutes until every service knows them; so do rights. */
const NOT_KNOWN_YET = /Unable to assume role|sts:AssumeRole/;

/** `doing`: 'create the file system', for the message. What is ours already is passed on. */
export function awsFailure(doing: string, thrown: unknown): LonghaulError {
  if ((thrown as Partial<LonghaulError>).name === 'LonghaulError') return thrown as LonghaulError;
  const { name = '', message = String(thrown) } = thrown as Thrown;
  const code = codeOf(thrown as Thrown);
  const hint =
    code === 'PERMISSION_DENIED'
      ? {
          hint: 'See what it needs with: longhaul iam-policy SPEC; and whether AWS_PROFILE or the role is the right one.',
        }
      : {};
  return new LonghaulError(code, `Could not ${doing}: ${name}: ${message}`, {
    ...hint,
    cause: thrown,
  });
}

function codeOf({ name = '', message = '', code, $metadata }: Thrown): Code {
  if (name === 'AbortError') return 'INTERRUPTED';
  if (BUSY.test(name) || NOT_KNOWN_YET.test(message)) return 'BUSY';
  if (REFUSED.test(name)) return 'PERMISSION_DENIED';
  if (typeof code === 'string' && NO_ANSWER.test(code)) return 'LINK_DOWN';
  if ($metadata === undefined) return 'BUG'; // not from the SDK
  const { httpStatusCode: status } = $metadata;
  if (status === undefined) return 'LINK_DOWN'; // no answer; the SDK wraps what the socket said
  return status >= 500 ? 'BUSY' : 'AWS_REFUSED';
}
