/**
 * What a failure of DataSync means, in one table: which signals of an execution, a task or a call need
 * a person, which go away, and which say that a chunk is too big. The service publishes no list of its
 * codes; what is in no row counts as transient with a small budget, and then needs a person.
 * Sources: user guide (troubleshooting tasks, storage issues, verification), public issue trackers.
 */
import type { Code } from '../../errors/codes.ts';

export type FailureKind =
  | 'outage' // the agent or the link is away: uses up no attempt
  | 'transient' // may go away by itself: a few attempts
  | 'partial' // it ran to its end; the report says which entries are not right
  | 'too big' // split, and go on
  | 'person' // permission or configuration
  | 'unknown';

export interface FailureRow {
  readonly signal: RegExp;
  readonly kind: FailureKind;
  readonly code: Code;
  readonly because: string;
  /** What to do. */
  readonly fix?: string;
}

/** Matched against "ErrorCode: ErrorDetail", the first row that fits counts. */
export const FAILURES: readonly FailureRow[] = [
  {
    signal: /Verification detected mismatches|OpNotSupp/,
    kind: 'partial',
    code: 'CHANGED_WHILE_COPYING',
    because: 'files changed while they were copied, or a copy differs; the report names them',
  },
  {
    signal: /Selected files transferred except for files skipped|FilesSkipped/,
    kind: 'partial',
    code: 'IO_ERROR',
    because: 'files were skipped; the report names them',
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
    because: 'the NFS server refuses the agent',
    fix: 'Export the path read-only with no_root_squash to the address of the agent, then: longhaul retry NAME.',
  },
  {
    signal:
      /mount\.nfs: Connection timed out|mount\.nfs: .*(?:No route to host|Connection refused)/,
    kind: 'transient',
    code: 'LINK_DOWN',
    because: 'the agent does not reach the NFS server',
  },
  {
    signal: /Failed to connect to EFS mount target/,
    kind: 'transient',
    code: 'LINK_DOWN',
    because:
      'DataSync does not reach a mount target of the file system; one that is new takes minutes',
  },
  {
    signal: /mount\.nfs: .*No such file or directory/,
    kind: 'person',
    code: 'SOURCE_MISSING',
    because: 'the path is not there to be mounted',
    fix: 'Compare source.export and destination.directory with what is there, then: longhaul retry NAME.',
  },
  {
    signal: /SrcLocHitAccess/,
    kind: 'person',
    code: 'PERMISSION_DENIED',
    because: 'the agent may not read the source',
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
    because: 'a role cannot be taken; a new one takes minutes to be known everywhere',
  },
  {
    signal: /EniNotFound/,
    kind: 'transient',
    code: 'BUSY',
    because: 'a network interface of the task is gone; the next execution makes it anew',
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
    because: 'the file system takes no more',
  },
  {
    signal: /Permission denied/,
    kind: 'person',
    code: 'PERMISSION_DENIED',
    because: 'the agent may not read the source, or DataSync not write the destination',
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
    because: 'a location of another kind is refused',
  },
  {
    signal: /InvalidParameter|Invalid SyncOption|ValidationException|ManifestNotFound/,
    kind: 'person',
    code: 'AWS_REFUSED',
    because: 'DataSync does not take the request',
  },
];

export interface Verdict {
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

/** How an execution ended. ERROR does not mean that nothing was copied. */
export function judgeEnd({ status, errorCode, errorDetail }: EndFacts): Verdict {
  if (status === 'SUCCESS') return { kind: 'done', because: 'it ran to its end' };
  return judgeSignal(`${errorCode ?? ''}: ${errorDetail ?? ''}`);
}

export function judgeSignal(text: string): Verdict {
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

export type EntryClass = 'vanished' | 'drift' | 'locked' | 'unreadable' | 'corruption' | 'other';

/** What a report has of a file at the source at one moment; the time is the file server's. */
export interface SourceMoment {
  readonly sizeBytes?: number;
  readonly mtimeSeconds?: number;
  readonly mtimeNanoseconds?: number;
}

/** Whether the source was another one when it was found to differ than when it was copied; undefined when the reports do not tell. */
export function hasChanged(
  copied: SourceMoment | undefined,
  found: SourceMoment | undefined,
): boolean | undefined {
  if (copied?.mtimeSeconds === undefined || found?.mtimeSeconds === undefined) return undefined;
  const sizes = [copied.sizeBytes, found.sizeBytes].filter((size) => size !== undefined);
  return (
    copied.mtimeSeconds !== found.mtimeSeconds ||
    (copied.mtimeNanoseconds ?? 0) !== (found.mtimeNanoseconds ?? 0) ||
    new Set(sizes).size > 1
  );
}

/** Why an entry was skipped or failed, from the report's own words. */
export function entryClass(reason: string): EntryClass {
  if (/No such file|Stale file handle|Files were removed/i.test(reason)) return 'vanished';
  if (/temporarily unavailable|locked|resource busy|Text file busy/i.test(reason)) return 'locked';
  if (/Permission denied|Operation not permitted|access denied/i.test(reason)) return 'unreadable';
  if (/Checksum failure|Metadata failure|mismatch/i.test(reason)) return 'corruption';
  if (/changed|modified|Files were added/i.test(reason)) return 'drift';
  return 'other';
}

/** Returns true when an execution needs no further attempt. */
export const isEnd = ({ kind }: Verdict): boolean =>
  kind === 'done' || kind === 'partial' || kind === 'too big';
