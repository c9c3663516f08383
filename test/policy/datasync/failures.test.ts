/** The table of DataSync's failures. */
import { describe, expect, test } from '@jest/globals';
import { CODES } from '../../../src/errors/codes.ts';
import { FAILURES, judgeEnd, judgeSignal } from '../../../src/policy/datasync/failures.ts';

describe('a failure', () => {
  const rows = [
    [
      'OpNotSupp: Transfer and verification completed. Verification detected mismatches.',
      'partial',
      'CHANGED_WHILE_COPYING',
    ],
    [
      'FilesSkipped: Transfer and verification completed. Selected files transferred except for files skipped due to errors.',
      'partial',
      'IO_ERROR',
    ],
    ['NoMem: Cannot allocate memory', 'too big', 'CHUNK_TOO_BIG'],
    ['FsNfsIdMappingEnabled: ', 'person', 'AWS_REFUSED'],
    [
      'x: Task failed to access location loc-0: x40016: mount.nfs: access denied by server',
      'person',
      'PERMISSION_DENIED',
    ],
    [
      'x: Task failed to access location loc-0: x40016: mount.nfs: Connection timed out',
      'transient',
      'LINK_DOWN',
    ],
    [
      'x: x40016: Failed to connect to EFS mount target with IP: 10.0.0.1',
      'transient',
      'LINK_DOWN',
    ],
    [
      'x: mount.nfs: mounting server:/a failed, reason given: No such file or directory',
      'person',
      'SOURCE_MISSING',
    ],
    ['SrcLocHitAccess: ', 'person', 'PERMISSION_DENIED'],
    ['SyncTaskErrorLocationNotAdded: ', 'person', 'AWS_REFUSED'],
    [
      'InvalidRequest: Unable to assume role. Reason: Access denied when calling sts:AssumeRole',
      'transient',
      'BUSY',
    ],
    ['EniNotFound: ', 'transient', 'BUSY'],
    ['AgentOffline: Connection to the agent was lost.', 'outage', 'AGENT_OFFLINE'],
    ['StuckLaunching: ', 'transient', 'BUSY'],
    ['Cancelled: The task execution was cancelled.', 'transient', 'INTERRUPTED'],
    ['x: No space left on device', 'person', 'DISK_FULL'],
    ['x: Permission denied', 'person', 'PERMISSION_DENIED'],
    ['x: Input/output error', 'transient', 'IO_ERROR'],
    ['FsS3HeadBucketFailed: ', 'person', 'AWS_REFUSED'],
    ['InvalidParameter: ARN account () must match authenticated user', 'person', 'AWS_REFUSED'],
  ] as const;

  test.each(rows)('%s is %s', (signal, kind, code) => {
    const verdict = judgeSignal(signal);

    expect(verdict.kind).toBe(kind);
    expect(verdict.code).toBe(code);
  });

  test('is tested above for every row of the table, and its kind agrees with the class of its code', () => {
    const hit = new Set(rows.map(([signal]) => FAILURES.find((row) => row.signal.test(signal))));

    expect(hit.size).toBe(FAILURES.length);
    for (const { kind, code } of FAILURES) {
      if (kind === 'outage' || kind === 'transient') expect(CODES[code].class).toBe('transient');
      if (kind === 'person' || kind === 'too big') expect(CODES[code].class).toBe('person');
    }
  });

  test('without a row is unknown, and quoted unchanged', () => {
    expect(judgeEnd({ status: 'ERROR', errorCode: 'Odd', errorDetail: 'thing' })).toMatchObject({
      kind: 'unknown',
      because: 'DataSync says: Odd: thing',
    });
    expect(judgeEnd({ status: 'ERROR' }).because).toBe('DataSync says: nothing');
    expect(judgeEnd({ status: 'SUCCESS' }).kind).toBe('done');
  });
});
