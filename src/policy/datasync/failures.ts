/**
 * Table of DataSync's failures: which error texts of an execution, a task or a call need the operator,
 * which are transient, and which mean that a chunk is too big. The service publishes no list of its
 * codes; a text without a row is retried a few times, and then needs the operator.
 * Sources: user guide (troubleshooting tasks, storage issues, verification), public issue trackers.
 */
import type { Code } from '../../errors/codes.ts';

export type FailureKind =
  | 'outage' // the agent or the link is offline: uses no attempt
  | 'transient' // a few attempts
  | 'partial' // ended; the report lists the entries that are not right
  | 'too big' // the part must be split
  | 'person' // a permission or a setting: the operator must act
  | 'unknown';

export interface FailureRow {
  readonly signal: RegExp;
  readonly kind: FailureKind;
  readonly code: Code;
  readonly because: string;
  readonly fix?: string;
}

/** Matched against "ErrorCode: ErrorDetail"; the first match decides. */
export const FAILURES: readonly FailureRow[] = [
  {
    signal: /Verification detected mismatches|OpNotSupp/,
    kind: 'partial',
    code: 'CHANGED_WHILE_COPYING',
    because: 'files changed during the copy, or copies differ; the report lists them',
  },
  {
    signal: /Selected files transferred except for files skipped|FilesSkipped/,
    kind: 'partial',
    code: 'IO_ERROR',
    because: 'files were skipped; the report lists them',
  },
  {
    signal: /NoMem|Cannot allocate memory/,
    kind: 'too big',
    code: 'CHUNK_TOO_BIG',
    because: 'the agent has too little memory for the entries of this execution',
    fix: 'Give the agent more memory, or split the chunk, then: longhaul retry NAME.',
  },
  {
    signal: /FsNfsIdMappingEnabled/,
    kind: 'person',
    code: 'AWS_REFUSED',
    because: 'the NFS server maps user ids (NFSv4 id mapping), which would replace every owner',
    fix: 'Turn id mapping off on the server, or set source.version: nfs3 and open ports 111 and 2049 to the agent, then: longhaul retry NAME.',
  },
  {
    signal: /mount\.nfs: (?:access denied|Permission denied|Operation not permitted)/,
    kind: 'person',
    code: 'PERMISSION_DENIED',
    because: 'the NFS server refuses the mount by the agent',
    fix: 'Export the path read-only with no_root_squash to the address of the agent, then: longhaul retry NAME.',
  },
  {
    signal:
      /mount\.nfs: Connection timed out|mount\.nfs: .*(?:No route to host|Connection refused)/,
    kind: 'transient',
    code: 'LINK_DOWN',
    because: 'the agent cannot reach the NFS server',
  },
  {
    signal: /Failed to connect to EFS mount target/,
    kind: 'transient',
    code: 'LINK_DOWN',
    because:
      'DataSync cannot reach a mount target of the file system; a new one becomes reachable within minutes',
  },
  {
    signal: /mount\.nfs: .*No such file or directory/,
    kind: 'person',
    code: 'SOURCE_MISSING',
    because: 'the path to mount does not exist',
    fix: 'Check that source.export and destination.directory exist, then: longhaul retry NAME.',
  },
  {
    signal: /SrcLocHitAccess/,
    kind: 'person',
    code: 'PERMISSION_DENIED',
    because: 'the agent has no permission to read the source',
    fix: 'Export the path with no_root_squash, or all_squash with a user that may read everything, then: longhaul retry NAME.',
  },
  {
    signal: /SyncTaskErrorLocationNotAdded/,
    kind: 'person',
    code: 'AWS_REFUSED',
    because: 'DataSync cannot mount a location of the task',
    fix: 'Check the export, the security groups (2049 from DataSync to the mount target) and the file-system policy, then: longhaul retry NAME.',
  },
  {
    signal: /Unable to assume role|sts:AssumeRole/,
    kind: 'transient',
    code: 'BUSY',
    because: 'DataSync cannot assume a role; a new role takes minutes to reach every service',
  },
  {
    signal: /EniNotFound/,
    kind: 'transient',
    code: 'BUSY',
    because: 'a network interface of the task is gone; the next execution creates it again',
  },
  {
    signal: /AgentOffline|Connection to the agent was lost|agent.*(?:offline|not connected)/i,
    kind: 'outage',
    code: 'AGENT_OFFLINE',
    because: 'the connection to the agent was lost',
  },
  {
    signal: /StuckLaunching/,
    kind: 'transient',
    code: 'BUSY',
    because: 'the execution did not leave LAUNCHING with its agent online, and was cancelled',
  },
  {
    signal: /Cancelled/,
    kind: 'transient',
    code: 'INTERRUPTED',
    because: 'the execution was cancelled',
  },
  {
    signal: /No space left on device|Disk quota exceeded/,
    kind: 'person',
    code: 'DISK_FULL',
    because: 'the file system is full',
  },
  {
    signal: /Permission denied/,
    kind: 'person',
    code: 'PERMISSION_DENIED',
    because:
      'the agent has no permission to read the source, or DataSync none to write the destination',
    fix: 'Export the path with no_root_squash; allow ClientRootAccess in the file-system policy, then: longhaul retry NAME.',
  },
  {
    signal: /Input\/output error/,
    kind: 'transient',
    code: 'IO_ERROR',
    because: 'the storage or the network below it failed',
  },
  {
    signal:
      /FsS3UnableToConnectToEndpoint|FsS3HeadBucketFailed|FsAzureBlobVolRootListBlobsFailed|x40015: kinit/,
    kind: 'person',
    code: 'AWS_REFUSED',
    because: 'a location of another type is refused',
  },
  {
    signal: /InvalidParameter|Invalid SyncOption|ValidationException|ManifestNotFound/,
    kind: 'person',
    code: 'AWS_REFUSED',
    because: 'DataSync rejects the request as invalid',
  },
];

export interface EndVerdict {
  readonly kind: FailureKind | 'done';
  readonly code?: Code;
  readonly because: string;
  readonly fix?: string;
}

export interface EndFacts {
  readonly status: 'SUCCESS' | 'ERROR';
  readonly errorCode?: string | undefined;
  readonly errorDetail?: string | undefined;
}

/** Judges the end of an execution. With the status ERROR it may still have copied entries. */
export function judgeEnd({ status, errorCode, errorDetail }: EndFacts): EndVerdict {
  if (status === 'SUCCESS') return { kind: 'done', because: 'it ended without errors' };
  return judgeSignal(`${errorCode ?? ''}: ${errorDetail ?? ''}`);
}

/** `text`: an error text of an execution, a task or a call. */
export function judgeSignal(text: string): EndVerdict {
  const row = FAILURES.find(({ signal }) => signal.test(text));
  if (row === undefined) {
    return {
      kind: 'unknown',
      code: 'EXECUTION_FAILED',
      because: `DataSync says: ${text.replace(/^: |: $/g, '') || 'nothing'}`,
    };
  }
  const { kind, code, because, fix } = row;
  return { kind, code, because, ...(fix === undefined ? {} : { fix }) };
}

/** Returns true when the execution need not be repeated. */
export const isFinalEnd = ({ kind }: EndVerdict): boolean =>
  kind === 'done' || kind === 'partial' || kind === 'too big';
