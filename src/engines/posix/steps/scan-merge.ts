/**
 * Finishes a scan: sorts the shard's directories into the manifest. The encoded entries are copied
 * unchanged. The summary (scan.json) is written first.
 */
import { existsSync } from 'node:fs';
import { CODES, type Code } from '../../../errors/codes.ts';
import { ENTRY_STATUSES } from '../../../model/entry.ts';
import { CatalogWriter } from '../../../catalog/writer.ts';
import { comparePaths, printable, type RawPath } from '../../../paths.ts';
import type { OpenEntry } from '../../../model/round.ts';
import { manifestPath } from '../round/files.ts';
import { addEntryFacts, type ScanFacts } from '../round/scan-facts.ts';
import type { ScannedRoots } from './scan-roots.ts';
import type { ScanShard } from '../round/scan-shard.ts';
import { readScanSummary, writeScanSummary, type ScanCounters } from '../round/scan-summary.ts';

const SAMPLES = 20;
/** Number of records between two turns of the event loop, so that heartbeats are sent. */
const RECORDS_A_TURN = 2_000;

export interface MergeOptions {
  readonly shard: ScanShard;
  readonly roots: ScannedRoots;
  readonly roundDirectory: string;
  readonly heading: string;
  readonly counts: Pick<ScanCounters, 'listed' | 'resumed'>;
  readonly facts: ScanFacts;
}

/** Returns the counters of the finished scan of a round, if it was this scan. */
export function finishedScan(roundDirectory: string, heading: string): ScanCounters | undefined {
  if (!existsSync(manifestPath(roundDirectory))) return undefined;
  const known = readScanSummary(roundDirectory);
  if (known?.heading !== heading) return undefined;
  return { ...known.counters, listed: 0, resumed: known.counters.directories };
}

export async function mergeShard(options: MergeOptions): Promise<ScanCounters> {
  const { shard, roots, roundDirectory, heading, counts, facts } = options;
  const open: OpenEntry[] = [];
  let incomplete = 0;
  for (const { path, continues, complete, failure } of shard.records) {
    if (continues || complete) continue;
    incomplete++;
    const code = failure as Code;
    // A directory that vanished meanwhile needs no operator: nothing below it is judged in this round.
    if (CODES[code].class !== 'changed' && open.length < SAMPLES) open.push(describe(path, code));
  }
  const places = shard.records.toSorted((a, b) => comparePaths(a.path, b.path));
  // Not deflated: no copy runs meanwhile that would hide the time.
  const writer = new CatalogWriter(manifestPath(roundDirectory), ENTRY_STATUSES, 0);
  try {
    const blocks = [...roots.blocks];
    for (const [number, place] of places.entries()) {
      while (blocks[0] && comparePaths(blocks[0].path, place.path) < 0) writer.add(blocks.shift()!);
      writer.addPart(shard.recordAt(place));
      if (number % RECORDS_A_TURN === 0) await new Promise(setImmediate);
    }
    for (const block of blocks) writer.add(block);
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
  const ofRoots = roots.blocks.flatMap(({ entries }) => entries);
  const rootsVanished = ofRoots.filter(({ status }) => status === 'vanished').length;
  for (const entry of ofRoots) addEntryFacts(facts, entry.status, entry);
  const counters = { ...writer.totals(), incomplete, rootsVanished, ...counts, ...facts, open };
  writeScanSummary(roundDirectory, { heading, counters });
  writer.finish();
  shard.remove();
  return counters;
}

function describe(path: RawPath, code: Code): OpenEntry {
  const text = printable(path) || '.';
  return { path: text, code, message: `Cannot list ${text} to its end`, hint: CODES[code].hint };
}
