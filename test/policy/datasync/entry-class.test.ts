/** Classes of the entries that a report lists as skipped, failed or mismatched. */
import { expect, test } from '@jest/globals';
import { entryClass } from '../../../src/policy/datasync/entry-class.ts';

test.each([
  ['Failed to open source file: No such file or directory', 'vanished'],
  ['Failed to open source file: Resource temporarily unavailable', 'locked'],
  ['Failed to open source file: Permission denied', 'unreadable'],
  ['Checksum failure', 'corruption'],
  ['Metadata failure', 'corruption'],
  ['Files were added', 'drift'],
  ['Files were removed', 'vanished'],
  ['something else', 'other'],
])('"%s" in a report is %s', (reason, expected) => {
  expect(entryClass(reason)).toBe(expected);
});
