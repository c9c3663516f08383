import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ChunkSum } from '../../src/model/round.ts';
import { foldLedger, headPath, openLedger, readHead } from '../../src/ledger/ledger.ts';
import { hashOf, type LedgerEvent, type LedgerLine } from '../../src/ledger/ledger-line.ts';
import { verifyLedger } from '../../src/ledger/verify-ledger.ts';
import { runBuilt } from '../support/processes/run-built.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'ledger.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Forges a line with a valid hash, as a person could who knows the format. */
function forged(text: string): string {
  const line = JSON.parse(text.replace('"seeding"', '"aborted"')) as LedgerLine;
  return JSON.stringify({ ...line, hash: hashOf(line) });
}

const zero: ChunkSum = {
  seen: 0,
  verified: 0,
  excluded: 0,
  excepted: 0,
  deleted: 0,
  vanished: 0,
  blocked: 0,
  drifted: 0,
  awaitingDelete: 0,
  unverified: 0,
  bytes: 0,
  changedEntries: 0,
  changedBytes: 0,
};
const started: LedgerEvent = {
  kind: 'migration started',
  key: 'start',
  migration: 'acme',
  by: 'jo',
};
const phase = (name: 'seeding' | 'catching up'): LedgerEvent => ({
  kind: 'phase',
  key: 'phase',
  phase: name,
  because: 'ünïcode "quotes"',
});
const closed = (chunk: string, round: number, sum: Partial<ChunkSum>): LedgerEvent => ({
  kind: 'chunk closed',
  key: `chunk closed/${chunk}/${round}`,
  chunk,
  round,
  sum: { ...zero, ...sum },
  elapsedMs: 5,
});
const keys = (): string[] => [...openLedger(path).lines()].map(({ key }) => key);
const problems = (): string[] =>
  verifyLedger(path).problems.map(({ line, what }) => `${line}: ${what}`);

describe('appending', () => {
  test('numbers and chains the lines, and writes the head', () => {
    const head = openLedger(path).append(started, phase('seeding'));

    const lines = [...openLedger(path).lines()];
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(lines[0]?.prev).toBe('0'.repeat(64));
    expect(lines[1]?.prev).toBe(lines[0]?.hash);
    expect(head).toEqual({ seq: 2, hash: lines[1]?.hash });
    expect(readHead(path)).toEqual(head);
    expect(verifyLedger(path)).toMatchObject({ ok: true, lines: 2, head });
  });

  test('an event with known key and content adds no line; other content replaces it for readers', () => {
    const ledger = openLedger(path);
    ledger.append(phase('seeding'));
    ledger.append(phase('seeding'), phase('seeding'));
    openLedger(path).append(phase('seeding'));
    ledger.append(phase('catching up'));

    expect(keys()).toEqual(['phase', 'phase']);
    expect(foldLedger(ledger.lines()).get('phase')).toMatchObject({ phase: 'catching up' });
  });

  test('an event that recurs after its opposite is appended again', () => {
    const blocked: LedgerEvent = {
      kind: 'chunk blocked',
      key: 'blocked/0001',
      chunk: '0001',
      round: 1,
      step: 'copy',
      code: 'DISK_FULL',
    };
    const unblocked: LedgerEvent = {
      kind: 'chunk unblocked',
      key: 'blocked/0001',
      chunk: '0001',
      round: 1,
    };

    openLedger(path).append(blocked, unblocked, blocked);

    expect(keys()).toHaveLength(3);
    expect(verifyLedger(path).open).toEqual([
      { chunk: '0001', because: 'blocked in copy:  [DISK_FULL]' },
    ]);
  });

  test('several processes append to one chain without loss', async () => {
    const append = `import { openLedger } from '#dist/ledger/ledger.js';
      const ledger = openLedger(process.argv[1]);
      for (let i = 0; i < 20; i++)
        ledger.append({ kind: 'decision', key: process.argv[2] + i, message: 'pause', by: process.argv[2] });`;

    await Promise.all(['a', 'b', 'c', 'd'].map((name) => runBuilt(append, [path, name])));

    expect(new Set(keys()).size).toBe(80);
    expect(verifyLedger(path)).toMatchObject({ ok: true, lines: 80 });
  });

  test('after a kill at any byte of a line, appending continues after the last whole line', () => {
    openLedger(path).append(started);
    const kept = readFileSync(path);
    const keptHead = readFileSync(headPath(path));
    openLedger(path).append(phase('seeding'));
    const whole = readFileSync(path);

    for (let length = kept.length; length <= whole.length; length += 7) {
      writeFileSync(path, whole);
      truncateSync(path, length);
      writeFileSync(headPath(path), keptHead);

      openLedger(path).append(phase('seeding'));

      expect(keys()).toEqual(['start', 'phase']);
      expect(verifyLedger(path).ok).toBe(true);
    }
  });

  test('after a kill between line and head, the next append corrects the head', () => {
    openLedger(path).append(started);
    const stale = readFileSync(headPath(path));
    openLedger(path).append(phase('seeding'));
    writeFileSync(headPath(path), stale);

    expect(verifyLedger(path).ok).toBe(true);
    openLedger(path).append(phase('seeding'));

    expect(readHead(path)?.seq).toBe(2);
  });

  test.each([
    ['cut off at its end', (lines: string[]) => lines.slice(0, -1)],
    [
      'changed in a line',
      (lines: string[]) => lines.map((line) => line.replace('seeding', 'done')),
    ],
  ])('refuses to go on with a ledger that was %s', (_, tamper) => {
    openLedger(path).append(started, phase('seeding'), closed('0000', 1, {}));
    tamperWith(tamper);

    expect(() => openLedger(path).append(phase('catching up'))).toThrow(
      expect.objectContaining({ code: 'LEDGER_BROKEN' }),
    );
  });
});

function tamperWith(change: (lines: string[]) => readonly string[]): void {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

describe('verifying', () => {
  beforeEach(() => {
    openLedger(path).append(started, phase('seeding'), closed('0000', 1, {}), phase('catching up'));
  });

  test.each<[string, (lines: string[]) => string[], string[]]>([
    ['nothing', (l) => l, []],
    [
      'a value changed',
      (l) => l.map((line) => line.replace('"seeding"', '"aborted"')),
      ['2: its content was changed: the hash is of another one'],
    ],
    [
      'a value changed with a hash made to fit',
      (l) => [l[0]!, forged(l[1]!), ...l.slice(2)],
      ['3: it does not continue the line before it'],
    ],
    [
      'a space added',
      (l) => [l[0]!.replace(':', ': '), ...l.slice(1)],
      ['1: it is no line of a ledger', '2: it is number 2 and follows number 0'],
    ],
    ['a line removed', (l) => [l[0]!, l[2]!, l[3]!], ['2: it is number 3 and follows number 1']],
    ['the first line removed', (l) => l.slice(1), ['1: it is number 2 and follows number 0']],
    [
      'two lines exchanged',
      (l) => [l[0]!, l[2]!, l[1]!, l[3]!],
      ['2: it is number 3 and follows number 1'],
    ],
    ['a line inserted twice', (l) => [l[0]!, l[1]!, l[1]!, l[2]!, l[3]!], ['3: it is number 2']],
    [
      'the end cut off',
      (l) => l.slice(0, 2),
      ['3: lines are missing at the end: ledger.head says there were 4'],
    ],
    ['everything cut off', () => [], ['1: lines are missing at the end']],
  ])('after %s says so', (_, tamper, expected) => {
    tamperWith(tamper);

    const found = problems();
    expect(verifyLedger(path).ok).toBe(expected.length === 0);
    expect(found.slice(0, expected.length)).toEqual(
      expected.map((text) => expect.stringContaining(text)),
    );
  });

  test('a head kept elsewhere exposes a ledger rewritten from some line on', () => {
    const kept = readHead(path);
    rmSync(path);
    rmSync(headPath(path));
    openLedger(path).append(started, phase('catching up'), closed('0000', 1, {}), phase('seeding'));

    expect(verifyLedger(path).ok).toBe(true);
    expect(verifyLedger(path, kept).problems).toEqual([
      { line: 4, what: 'it is not the line that the head given names' },
    ]);
  });

  test('a missing head is reported', () => {
    rmSync(headPath(path));

    expect(problems()).toEqual(['5: ledger.head is missing']);
  });

  test('a torn last line is no fault, because it was never acknowledged', () => {
    appendFileSync(path, '{"seq":5,"at":"20');

    expect(verifyLedger(path)).toMatchObject({ ok: true, lines: 4 });
  });

  (hasJq() ? test : test.skip)('the chain can be checked with jq and sha256sum alone', () => {
    const script = `prev=$(printf '0%.0s' $(seq 64)); while IFS= read -r line; do
      body=$(jq -cSj 'del(.prev, .hash)' <<<"$line")
      prev=$(printf '%s%s' "$prev" "$body" | sha256sum | cut -c1-64); done < "$1"; echo "$prev"`;
    expect(execFileSync('bash', ['-c', script, 'sh', path], { encoding: 'utf8' }).trim()).toBe(
      readHead(path)?.hash,
    );
  });
});

function hasJq(): boolean {
  try {
    execFileSync('jq', ['--version']);
    return true;
  } catch {
    return false;
  }
}

describe('the sum', () => {
  test('adds the last closing of each chunk, and names the open chunks', () => {
    openLedger(path).append(
      closed('0000', 1, { seen: 5, drifted: 5 }),
      closed('0001', 1, { seen: 3, verified: 2, blocked: 1 }),
      closed('0000', 2, { seen: 6, verified: 5, deleted: 1, bytes: 10 }),
    );

    const check = verifyLedger(path);

    expect(check).toMatchObject({
      ok: true,
      totals: { seen: 9, verified: 7, deleted: 1, bytes: 10 },
    });
    expect(check.sum).toMatchObject({ closes: true, clean: false, open: 1 });
    expect(check.open).toEqual([{ chunk: '0001', because: '1 of 3 entries are open: 1 blocked' }]);
  });

  test('names the chunk and the line if it does not close', () => {
    openLedger(path).append(started, closed('0007', 1, { seen: 5, verified: 4 }));

    expect(problems()).toEqual([
      '2: the sum of chunk 0007 does not close: 1 of 5 entries are in no state',
    ]);
  });
});
