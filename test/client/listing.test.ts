import { describe, expect, test } from '@jest/globals';
import { withReasons } from '../../src/client/listing.ts';
import { toRunningChunk } from '../../src/client/live.ts';
import { chunksTable } from '../../src/terminal/texts/listings.ts';

describe('the list of chunks', () => {
  test('shows the reason of a blocked chunk below its line', () => {
    const rows = [
      { chunk: '0001', state: 'done', round: 2, entries: 1200, bytes: 2048, roots: ['home/a'] },
      { chunk: '0002', state: 'blocked', round: 1, entries: 7, bytes: 1, roots: ['home/b', ''] },
    ];
    const blocked = (chunk: string) => ({
      chunk,
      step: 'copy' as const,
      code: 'DISK_FULL',
      because: 'no space left',
      since: '2026-01-01T00:00:00Z',
    });

    // A chunk that goes on again is not told to be blocked by what was true a moment ago.
    const told = chunksTable(withReasons(rows, [blocked('0001'), blocked('0002')]));

    expect(told.split('\n')).toEqual([
      'chunk  state    round  entries     bytes  roots',
      '0001   done         2    1,200  2.00 KiB  /home/a',
      '0002   blocked      1        7       1 B  /home/b /',
      '  copy DISK_FULL: no space left',
    ]);
  });
});

describe('a running chunk', () => {
  test.each([
    ['scan', 'scan'],
    ['deletePass', 'delete-pass'],
    ['closeChunk', 'close'],
  ])('in the activity %s is shown in the step %s', (type, step) => {
    const activity = { type, attempt: 1, failure: undefined, details: undefined };

    expect(toRunningChunk('0001', activity)).toMatchObject({ chunk: '0001', step });
  });

  test('shows its attempt from the second on, whatever else it waits for', () => {
    const activity = { type: 'copy', failure: 'no answer', details: { parked: 'no lane is free' } };

    expect(toRunningChunk('0001', { ...activity, attempt: 1 })).not.toHaveProperty('attempt');
    expect(toRunningChunk('0001', { ...activity, attempt: 2 })).toMatchObject({
      attempt: 2,
      because: 'no lane is free',
    });
  });
});
