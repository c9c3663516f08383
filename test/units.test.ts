import { expect, test } from '@jest/globals';
import { formatBytes } from '../src/units.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [2 ** 20 - 1, '1.00 MiB'],
  [2 ** 30 - 4096, '1.00 GiB'],
  [1023.9 * 1024, '1023.9 KiB'],
  [1.5 * 2 ** 60, '1536.0 PiB'],
])('formatBytes: %d bytes are "%s"', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
