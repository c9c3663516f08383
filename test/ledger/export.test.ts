import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { exportAudit, exportMtree } from '../../src/ledger/export.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { CatalogWriter } from '../../src/catalog/writer.ts';
import { reportOf } from '../../src/ledger/report.ts';
import { openStateDirectory } from '../../src/state/state-directory.ts';
import type { MigrationStore } from '../../src/state/migration-store.ts';
import { verifyLedger } from '../../src/ledger/verify-ledger.ts';
import { specSchema } from '../../src/spec/schema.ts';

let folder: string;
let store: MigrationStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  mkdirSync(join(folder, 'dst'));
  store = openStateDirectory(join(folder, 'state'), { create: true }).migration('acme');
  store.writeMigration({
    ...{ v: 1, stateId: 'any', startedAt: '2026-03-01T00:00:00Z', startedBy: 'ann' },
    spec: specSchema.parse({
      name: 'acme',
      source: { path: '/src' },
      destination: { path: join(folder, 'dst') },
      stateDirectory: join(folder, 'state'),
      cutover: { freeze: { command: ['freeze', '--password=pearl'] } },
    }),
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

const sum = {
  seen: 3,
  verified: 2,
  excluded: 0,
  excepted: 0,
  deleted: 0,
  vanished: 0,
  blocked: 1,
  drifted: 0,
  awaitingDelete: 0,
  unverified: 0,
  bytes: 2048,
  changedEntries: 2,
  changedBytes: 5,
};
function fillLedger(): void {
  const by = { by: 'jo', because: 'a socket' };
  openLedger(store.ledgerPath, () => new Date(0)).append(
    { kind: 'migration started', key: 'start', migration: 'acme', by: 'jo' },
    { kind: 'chunk closed', key: 'closed/0000/1', chunk: '0000', round: 1, sum, elapsedMs: 5 },
    { kind: 'exception accepted', key: 'exception/run/sock', path: 'run/sock', ...by },
    { kind: 'decision', key: 'decision/1', message: 'approveCutover', by: 'al' },
    { kind: 'outage', key: 'outage/1', since: 'S', until: 'U', outageMs: 61_000, because: 'EIO' },
  );
}

test('the report states what was moved, what is open, who decided, and how to check it', () => {
  fillLedger();

  const report = reportOf(store);

  expect(report).toContain(`Sum
  3 entries seen, 2.00 KiB
             2  verified
             1  blocked
  the sum closes: 1 of 3 entries are open: 1 blocked

Open
  chunk 0000: 1 of 3 entries are open: 1 blocked
`);
  expect(report).toContain('run/sock by jo: a socket');
  expect(report).toContain('approveCutover by al');
  expect(report).toContain('S to U: 61 s, EIO');
  expect(report).toContain('the chain is whole');
});

test('the report of an altered ledger says so', () => {
  fillLedger();
  writeFileSync(
    store.ledgerPath,
    readFileSync(store.ledgerPath, 'utf8').replace('"blocked":1', '"blocked":2'),
  );

  expect(reportOf(store)).toMatch(/THE LEDGER IS BROKEN:\n {2}line 2: its content was changed/);
});

test('the audit folder contains the evidence and its checksums, and no secret', () => {
  fillLedger();
  const audit = join(folder, 'audit');

  const files = exportAudit(store, audit);
  exportAudit(store, audit);

  expect(readdirSync(audit).sort()).toEqual([...files].sort());
  execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: audit });
  expect(readFileSync(join(audit, 'spec.json'), 'utf8')).toContain('"freeze"');
  for (const file of files) expect(readFileSync(join(audit, file), 'utf8')).not.toContain('pearl');
  expect(verifyLedger(join(audit, 'ledger.jsonl'))).toMatchObject({ ok: true, lines: 5 });
});

test('the manifest covers every closed chunk, and names the others', () => {
  writeFileSync(join(folder, 'dst/x'), 'x');
  store.chunk('0001', 1);
  const writer = new CatalogWriter(store.chunk('0000', 1).catalogPath);
  writer.add({ path: '', complete: true, entries: [] });
  writer.finish();

  const found = exportMtree(store, join(folder, 'm'));

  expect(found).toMatchObject({ entries: 0, chunksWithoutCatalog: ['0001'] });
});

test('a migration that was never started cannot be exported', () => {
  const none = openStateDirectory(join(folder, 'state')).migration('none');

  expect(() => exportMtree(none, join(folder, 'm'))).toThrow(
    expect.objectContaining({ code: 'NO_SUCH_MIGRATION' }),
  );
});
