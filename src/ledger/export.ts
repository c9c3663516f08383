/**
 * Exports evidence: the mtree manifest, and the audit folder with ledger, head, plan, spec and report. Keep
 * the head where a user who can write the state directory cannot write.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationSpec } from '../spec/schema.ts';
import { allDirectories } from '../catalog/all-catalogs.ts';
import { writeFileAtomic, writeJsonAtomic } from '../state/atomic-file.ts';
import { writeMtree, type MtreeCounts } from './mtree.ts';
import { reportOf } from './report.ts';
import type { MigrationStore } from '../state/migration-store.ts';
import { readRecord } from '../state/migration-record.ts';
import { planToJson } from '../policy/chunks/json.ts';
import { verifyLedger } from './verify-ledger.ts';

export interface MtreeExport extends MtreeCounts {
  /** Ids of chunks that no round has closed: the manifest lacks them. */
  readonly chunksWithoutCatalog: readonly string[];
}

/** Writes the manifest of all chunks that were closed at least once. Throws NO_SUCH_MIGRATION. */
export function exportMtree(store: MigrationStore, path: string): MtreeExport {
  const { verify, destination, engine } = readRecord(store).spec;
  const catalogs = store.chunkIds().map((id) => ({
    id,
    path: join(store.chunkDirectory(id), 'catalog'),
  }));
  const there = catalogs.filter((catalog) => existsSync(catalog.path));
  const counts = writeMtree(allDirectories(there.map((catalog) => catalog.path)), path, {
    digest: verify.digest,
    knows: engine === 'datasync' ? 'kind, size and time' : 'everything',
    ...(destination.path === undefined ? {} : { destination: destination.path }),
  });
  const chunksWithoutCatalog = catalogs.filter((catalog) => !there.includes(catalog));
  return { ...counts, chunksWithoutCatalog: chunksWithoutCatalog.map(({ id }) => id) };
}

/** Writes the audit folder, also over an earlier one; returns the names of its files. */
export function exportAudit(store: MigrationStore, folder: string): readonly string[] {
  const spec = readRecord(store).spec;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  exportMtree(store, join(folder, 'manifest.mtree'));
  const files = ['manifest.mtree', 'spec.json', 'report.txt'];
  writeJsonAtomic(join(folder, 'spec.json'), withoutSecrets(spec));
  writeFileAtomic(join(folder, 'report.txt'), reportOf(store));
  const plan = store.readPlan();
  if (plan !== undefined) {
    writeJsonAtomic(join(folder, 'plan.json'), planToJson(plan));
    files.push('plan.json');
  }
  if (existsSync(store.ledgerPath)) {
    const copy = join(folder, 'ledger.jsonl');
    copyFileSync(store.ledgerPath, copy);
    // The head belongs to the copy: lines may have been appended to the ledger since.
    writeJsonAtomic(join(folder, 'ledger.head'), verifyLedger(copy).head);
    files.push('ledger.jsonl', 'ledger.head');
  }
  const sums = files.sort().map((file) => `${sha256File(join(folder, file))}  ${file}\n`);
  writeFileAtomic(join(folder, 'SHA256SUMS'), sums.join(''));
  return [...files, 'SHA256SUMS'];
}

/** Removes the arguments of hooks, which may contain passwords. */
function withoutSecrets(spec: MigrationSpec): unknown {
  const { freeze, switch: switchHook, ...cutover } = spec.cutover;
  const program = (hook: { readonly command: readonly string[] } | undefined): object | undefined =>
    hook && { ...hook, command: [hook.command[0], '(arguments left out)'] };
  return { ...spec, cutover: { ...cutover, freeze: program(freeze), switch: program(switchHook) } };
}

function sha256File(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
