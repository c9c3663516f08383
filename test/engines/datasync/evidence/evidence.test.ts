/** The evidence about one entry from several reports, and whether its source changed after the copy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { foldEvidence, storeReport } from '../../../../src/engines/datasync/evidence/evidence.ts';
import type { Reported, ReportedEntry } from '../../../../src/engines/datasync/evidence/report.ts';
import type { ChunkStore } from '../../../../src/state/chunk-store.ts';
import { openStateDirectory } from '../../../../src/state/state-directory.ts';
import { hasChanged } from '../../../../src/policy/datasync/entry-class.ts';

let root: string;
let store: ChunkStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'evidence-'));
  store = openStateDirectory(root, { create: true }).migration('m').chunk('0000', 1);
});
afterEach(() => rmSync(root, { recursive: true }));

/** A result in a report, and the seconds of the source's mtime. */
type Listed = readonly [what: Reported, second?: number];

async function fold(...reports: readonly (readonly Listed[])[]) {
  const names = reports.map((_, i) => `execution ${i}`);
  for (const [i, report] of reports.entries()) {
    const entries = report.map(([what, mtimeSeconds]): ReportedEntry => ({
      path: 'a',
      what,
      ...(mtimeSeconds === undefined ? {} : { mtimeSeconds, mtimeNanoseconds: 5, sizeBytes: 1 }),
    }));
    await storeReport(store, names[i]!, Readable.from(entries));
  }
  const { what, repaired, copied, found } = foldEvidence(store, names).get('a')!;
  return { what, repaired, changed: hasChanged(copied, found) };
}

test.each([
  [
    'copied, and mismatched with the same mtime',
    [
      [
        ['transferred', 1],
        ['mismatched', 1],
      ],
    ],
    'mismatched',
    false,
    false,
  ],
  [
    'copied, and mismatched with another mtime',
    [
      [
        ['transferred', 1],
        ['mismatched', 2],
      ],
    ],
    'mismatched',
    false,
    true,
  ],
  [
    'listed in reverse order',
    [
      [
        ['mismatched', 2],
        ['transferred', 1],
      ],
    ],
    'mismatched',
    false,
    true,
  ],
  ['a report without times', [[['transferred'], ['mismatched']]], 'mismatched', false, undefined],
  ['not copied in this round', [[['mismatched', 2]]], 'mismatched', false, undefined],
  [
    'changed, copied again and verified',
    [
      [
        ['transferred', 1],
        ['mismatched', 2],
      ],
      [
        ['transferred', 2],
        ['verified', 2],
      ],
    ],
    'verified',
    true,
    false,
  ],
  [
    'a directory, for which the repair lists no verification',
    [
      [
        ['transferred', 1],
        ['mismatched', 2],
      ],
      [['transferred', 3]],
    ],
    'transferred',
    false,
    true,
  ],
  [
    'mismatched again without a change',
    [
      [
        ['transferred', 1],
        ['mismatched', 1],
      ],
      [
        ['transferred', 1],
        ['mismatched', 1],
      ],
    ],
    'mismatched',
    false,
    false,
  ],
  [
    'changed again',
    [
      [
        ['transferred', 1],
        ['mismatched', 2],
      ],
      [
        ['transferred', 2],
        ['mismatched', 3],
      ],
    ],
    'mismatched',
    false,
    true,
  ],
] as const)('%s', async (_, reports, what, repaired, changed) => {
  expect(await fold(...reports)).toEqual({ what, repaired, changed });
});

test.each([
  [{ mtimeSeconds: 1, mtimeNanoseconds: 1 }, { mtimeSeconds: 1, mtimeNanoseconds: 2 }, true],
  [{ mtimeSeconds: 1, sizeBytes: 1 }, { mtimeSeconds: 1, sizeBytes: 2 }, true],
  [{ mtimeSeconds: 1, sizeBytes: 1 }, { mtimeSeconds: 1 }, false],
  [{ mtimeSeconds: 1 }, { mtimeSeconds: 1, mtimeNanoseconds: 0 }, false],
  [{ sizeBytes: 1 }, { mtimeSeconds: 1, sizeBytes: 2 }, undefined],
  [undefined, { mtimeSeconds: 1 }, undefined],
])('a source that was %j and is %j has changed: %s', (copied, found, changed) => {
  expect(hasChanged(copied, found)).toBe(changed);
});
