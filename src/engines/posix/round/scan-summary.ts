/**
 * `scan.json`: what the scan of a round was made from and what it counted. It is published before the
 * manifest; one without the other is a scan that has not finished.
 */
import { readFileSync } from 'node:fs';
import { writeJsonAtomic } from '../../../state/atomic-file.ts';
import type { RawPath } from '../../../paths.ts';
import type { OpenEntry } from '../../../model/round.ts';
import type { Chunk } from '../../../policy/chunks/plan.ts';
import { scanSummaryPath } from './files.ts';
import type { ScanFacts } from './scan-facts.ts';
import type { ScanRules } from './scan-rules.ts';

export interface ScanCounters extends Readonly<ScanFacts> {
  readonly directories: number;
  readonly entries: number;
  readonly bytes: number;
  /** Directories that could not be listed completely: nothing is deleted in them. */
  readonly incomplete: number;
  /** Roots of the chunk that are gone at the source. */
  readonly rootsVanished: number;
  /** Directories listed by this call. */
  readonly listed: number;
  /** Directories taken over from an interrupted call. */
  readonly resumed: number;
  /** The first incomplete directories, each with its reason. */
  readonly open: readonly OpenEntry[];
}

export interface ScanSummary {
  /** Identifies the scan: a scan with another heading is another scan. */
  readonly heading: string;
  readonly counters: ScanCounters;
}

export function scanHeading(rules: ScanRules, chunk: Pick<Chunk, 'roots' | 'without'>): string {
  return JSON.stringify({ rules, roots: chunk.roots, without: chunk.without });
}

/** Returns the roots of the chunk that a heading names. */
export const rootsOfHeading = (heading: string): readonly RawPath[] =>
  (JSON.parse(heading) as { readonly roots: readonly RawPath[] }).roots;

export function writeScanSummary(roundDirectory: string, summary: ScanSummary): void {
  writeJsonAtomic(scanSummaryPath(roundDirectory), summary);
}

/** Returns undefined before the end of a scan, and for a damaged file: the scan is then done again. */
export function readScanSummary(roundDirectory: string): ScanSummary | undefined {
  try {
    const text = readFileSync(scanSummaryPath(roundDirectory), 'utf8');
    const summary = JSON.parse(text) as Partial<ScanSummary>;
    const isWhole = typeof summary.heading === 'string' && typeof summary.counters === 'object';
    return isWhole ? (summary as ScanSummary) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns undefined before the end of a scan, and for a scan of a version that noted no such facts. */
export function readScanFacts(roundDirectory: string): ScanFacts | undefined {
  const counters: Partial<ScanFacts> = readScanSummary(roundDirectory)?.counters ?? {};
  const { setAside, linkedFiles, largestBytes } = counters;
  if (setAside === undefined || linkedFiles === undefined || largestBytes === undefined)
    return undefined;
  return { setAside, linkedFiles, largestBytes };
}
