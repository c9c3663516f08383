/** The encoding of a batch of copies in its journal, and its decoding. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openJournal } from '../../../../src/state/journal.ts';
import { copyEntries, type CopyEntriesJob } from '../../../../src/engines/posix/jobs/copy.ts';
import type { Digest } from '../../../../src/engines/posix/round/digest.ts';
import { joinNames } from '../../../../src/engines/posix/native/name-cursor.ts';
import {
  OutcomeJournal,
  Outcomes,
  unpackBatch,
} from '../../../../src/engines/posix/round/outcome-journal.ts';

const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
let root: string;
let fds: { sourceFd: number; destinationFd: number };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packed-'));
  for (const side of ['a', 'b']) mkdirSync(join(root, side));
  fds = { sourceFd: openSync(join(root, 'a'), 'r'), destinationFd: openSync(join(root, 'b'), 'r') };
});
afterEach(() => {
  closeSync(fds.sourceFd);
  closeSync(fds.destinationFd);
  rmSync(root, { recursive: true });
});

/** Copies regular files from the root of the source, in this thread. */
function copy(
  names: readonly string[],
  more: Partial<CopyEntriesJob['batches'][number]> = {},
  digest: CopyEntriesJob['digest'] = 'blake3',
) {
  const batch = { directory: '', names: joinNames(names), modes: names.map(() => S_IFREG | 0o644) };
  const context = { shared: new SharedArrayBuffer(256), stopped: () => false };
  return copyEntries(
    {
      type: 'copy entries',
      ...fds,
      digest,
      cancel: new SharedArrayBuffer(4),
      batches: [{ ...batch, ...more }],
    },
    context,
  );
}

const NASTY = ['-dash', 'new\nline', 'quote"\\', 'caf\xc3\xa9', 'half\xc3', 'x'.repeat(255)];

test('a batch with any file names is read from its journal as it was written', () => {
  for (const name of NASTY) writeFileSync(Buffer.from(`${root}/a/${name}`, 'latin1'), `of ${name}`);
  execFileSync('touch', ['-d', '@-5', join(root, 'a/-dash')]);
  const names = [...NASTY, 'not there', 'zz'].sort();
  mkdirSync(join(root, 'b/zz/full'), { recursive: true });
  writeFileSync(join(root, 'a/zz'), 'a directory stands in its way');
  const { batches } = copy(names);

  const path = join(root, 'journal');
  const journal = new OutcomeJournal(path);
  journal.append('some/where', batches[0]!);
  journal.commit();
  journal.close();

  const read = new Outcomes(path);
  expect([read.ordered, read.position]).toEqual([
    names.length,
    { directory: 'some/where', name: 'zz' },
  ]);
  const outcomes = read.of('some/where');
  expect([...outcomes.keys()]).toEqual(names);
  expect(outcomes).toEqual(new Map(unpackBatch(batches[0]!).map((one) => [one.name, one])));
  expect(outcomes.get('not there')).toEqual({ name: 'not there', outcome: 'vanished', bytes: 0 });
  expect(outcomes.get('zz')?.outcome).toBe('drifted');
  const found = statSync(join(root, 'a/-dash'), { bigint: true });
  expect(outcomes.get('-dash')).toEqual({
    name: '-dash',
    outcome: 'copied',
    bytes: 8,
    digest: expect.stringMatching(/^[\w-]{43}$/),
    stat: {
      mode: Number(found.mode),
      sizeBytes: 8,
      mtimeSeconds: -5,
      mtimeNanoseconds: 0,
      ctimeSeconds: Number(found.ctimeNs / 1_000_000_000n),
      ctimeNanoseconds: Number(found.ctimeNs % 1_000_000_000n),
      inode: String(found.ino),
      nlink: 1,
      uid: Number(found.uid),
      gid: Number(found.gid),
    },
  });
});

test('a batch without digests has none', () => {
  for (const name of ['a', 'b']) writeFileSync(join(root, 'a', name), name);
  symlinkSync('target', join(root, 'a/link'));
  const names = ['a', 'b', 'link'];
  const modes = [S_IFREG, S_IFREG, S_IFLNK];
  const outcomes = copy(names, { modes }, 'none').batches.flatMap(unpackBatch);

  expect(outcomes.map(({ name, outcome }) => [name, outcome])).toEqual(
    names.map((name) => [name, 'copied']),
  );
  expect(outcomes.filter((one) => 'digest' in one)).toEqual([]);
});

test('a batch may be of any length', () => {
  const names = Array.from({ length: 700 }, (_, i) => `f${String(i).padStart(3, '0')}`);
  for (const name of names) writeFileSync(join(root, 'a', name), name);
  const [batch] = copy(names).batches;

  expect(batch).toMatchObject({ count: 700, counts: { copied: 700 }, bytes: 2800, failed: [] });
  const read = unpackBatch(batch!);
  expect(read.map(({ name }) => name)).toEqual(names);
  expect(new Set(read.map(({ digest }) => digest)).size).toBe(700);
});

test('a failure that stops a batch is reported, and the file has no outcome', () => {
  for (const name of ['a', 'b']) writeFileSync(join(root, 'a', name), name);
  const digests = new (class extends Map<string, Digest> {
    override get(name: string): undefined {
      if (name === 'b') throw new Error('a fault of ours');
    }
  })();
  const { failure, batches } = copy(['a', 'b'], { digests });

  expect(failure?.code).toBe('BUG');
  expect(batches.flatMap(unpackBatch).map(({ name }) => name)).toEqual(['a']);
});

test('a journal of an earlier version is read and continued', () => {
  const path = join(root, 'journal');
  const old = openJournal(path);
  const stat = [33188, 3, 1, 2, 3, 4, '5', 1, 0, 0];
  old.append({ d: 'x', o: [['a', 'copied', 3, 'd'.repeat(43), stat]] });
  old.commit();
  old.close();
  writeFileSync(join(root, 'a/b'), 'new');
  const journal = new OutcomeJournal(path);
  journal.append('x', copy(['b']).batches[0]!);
  journal.commit();
  journal.close();

  const read = new Outcomes(path);
  expect([read.ordered, read.position?.name]).toEqual([2, 'b']);
  const outcomes = read.of('x');
  expect(outcomes.get('a')).toMatchObject({ outcome: 'copied', stat: { inode: '5', mode: 33188 } });
  expect(outcomes.get('b')).toMatchObject({ outcome: 'copied', bytes: 3 });
});
