/**
 * The end of a scan: the shard's directories, sorted, become the manifest. The encoded entries are
 * copied as they are. `scan.json` says what the manifest was made from, and is written before it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODES, type Code } from '../../../errors/codes.ts';
import { readJson } from '../../../state/atomic-file.ts';
import { ENTRY_STATUSES } from '../../../model/entry.ts';
import { CatalogWriter } from '../../../catalog/writer.ts';
import { comparePaths, printable, type RawPath } from '../../../paths.ts';
import type { OpenEntry } from '../../../model/round.ts';
import { note, type ScanFacts } from '../round/scan-facts.ts';
import type { ScannedRoots } from './scan-roots.ts';
import type { ScanShard } from '../round/scan-shard.ts';

const SAMPLES = 20;
/** Records between two turns of the event loop, so that heartbeats go out. */
const RECORDS_A_TURN = 2_000;

export interface ScanCounters extends Readonly<ScanFacts> {
  readonly directories: number;
  readonly entries: number;
  readonly bytes: number;
  /** Directories that could not be listed to their end: nothing is deleted in them. */
  readonly incomplete: number;
  /** Roots of the chunk that are gone at the source. */
  readonly rootsVanished: number;
  /** Directories listed by this call, and those that an interrupted one had proven. */
  readonly listed: number;
  readonly resumed: number;
  /** The first incomplete directories, with the reason. */
  readonly open: readonly OpenEntry[];
}

export interface MergeOptions {
  readonly shard: ScanShard;
  readonly roots: ScannedRoots;
  readonly roundDirectory: string;
  readonly heading: string;
  readonly counts: Pick<ScanCounters, 'listed' | 'resumed'>;
  readonly facts: ScanFacts;
}

/** The counters of a scan that had finished before, if it was the same scan. */
export function finishedScan(roundDirectory: string, heading: string): ScanCounters | undefined {
  if (!existsSync(join(roundDirectory, 'manifest'))) return undefined;
  const known = readSummary(roundDirectory);
  if (known?.heading !== heading) return undefined;
  return { ...known.counters, listed: 0, resumed: known.counters.directories };
}

/** What the scan of a round noted; undefined when it noted nothing of the kind yet. */
export function scanFacts(roundDirectory: string): ScanFacts | undefined {
  const known: Partial<ScanFacts> = readSummary(roundDirectory)?.counters ?? {};
  const { setAside, linkedFiles, largestBytes } = known;
  if (setAside === undefined || linkedFiles === undefined || largestBytes === undefined)
    return undefined;
  return { setAside, linkedFiles, largestBytes };
}

const summaryPath = (roundDirectory: string): string => join(roundDirectory, 'scan.json');

/** Undefined when it is torn or missing: the scan is done again. */
function readSummary(
  roundDirectory: string,
): { readonly heading: string; readonly counters: ScanCounters } | undefined {
  try {
    return JSON.parse(readFileSync(summaryPath(roundDirectory), 'utf8')) as {
      heading: string;
      counters: ScanCounters;
    };
  } catch {
    return undefined;
  }
}

/** The chunk's roots and the first incomplete directories of the last scan of a round; undefined before its end. */
export function lastScan(
  roundDirectory: string,
): { readonly roots: readonly RawPath[]; readonly open: readonly OpenEntry[] } | undefined {
  const known = readJson<{ heading: string; counters: ScanCounters }>(
    join(roundDirectory, 'scan.json'),
  );
  if (known === undefined) return undefined;
  const { roots } = JSON.parse(known.heading) as { readonly roots: readonly RawPath[] };
  return { roots, open: known.counters.open };
}

export async function mergeShard(options: MergeOptions): Promise<ScanCounters> {
  const { shard, roots, roundDirectory, heading, counts, facts } = options;
  const open: OpenEntry[] = [];
  let incomplete = 0;
  for (const { path, continues, complete, failure } of shard.places) {
    if (continues || complete) continue;
    incomplete++;
    const code = failure as Code;
    // A directory that went away meanwhile needs nobody: nothing below it is judged in this round.
    if (CODES[code].class !== 'changed' && open.length < SAMPLES) open.push(describe(path, code));
  }
  const places = shard.places.toSorted((a, b) => comparePaths(a.path, b.path));
  // Not deflated: nobody copies meanwhile.
  const writer = new CatalogWriter(join(roundDirectory, 'manifest'), ENTRY_STATUSES, 0);
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
  for (const entry of ofRoots) note(facts, entry.status, entry);
  const counters = { ...writer.totals(), incomplete, rootsVanished, ...counts, ...facts, open };
  // Before the manifest: one without the other is a scan that has not finished.
  const summary = summaryPath(roundDirectory);
  writeFileSync(`${summary}.partial`, JSON.stringify({ heading, counters }), { flush: true });
  renameSync(`${summary}.partial`, summary);
  writer.finish();
  shard.remove();
  return counters;
}

function describe(path: RawPath, code: Code): OpenEntry {
  const text = printable(path) || '.';
  return { path: text, code, message: `Cannot list ${text} to its end`, hint: CODES[code].hint };
}
