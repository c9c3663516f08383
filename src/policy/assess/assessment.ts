/** The result of an assessment. Plain data with printable paths; `longhaul assess --json` prints it. */
import type { PreflightCheck } from '../../model/preflight.ts';
import type { Forecast } from '../rounds/forecast.ts';
import type { LimitSet } from './destination-limits.ts';
import type { TreeSummary } from './tree-summary.ts';

export interface Assessment {
  readonly version: 1;
  readonly migration: string;
  readonly scannedAt: string;
  readonly scanMs: number;
  readonly source: string;
  readonly destination: string;
  readonly limits: LimitSet;
  readonly totals: Pick<
    TreeSummary,
    'entries' | 'directories' | 'files' | 'symlinks' | 'bytes' | 'excluded'
  >;
  readonly histogram: TreeSummary['histogram'];
  readonly findings: readonly Finding[];
  /** Failed checks of source and destination. */
  readonly places: readonly PreflightCheck[];
  /** Mount points below the tree, which are not entered and not migrated. */
  readonly otherFileSystems: readonly string[];
  readonly notUtf8: Samples;
  readonly unreadable: Samples;
  readonly special: Samples;
  readonly sparse: Samples & { readonly holeBytes: number };
  readonly hardLinks: {
    readonly groups: number;
    readonly names: number;
    /** Groups with names in several chunks, among those in the samples. */
    readonly crossing: readonly { readonly links: number; readonly paths: readonly string[] }[];
    /** Number of groups in the samples. */
    readonly lookedAt: number;
  };
  readonly churn?: Churn;
  readonly chunks: {
    readonly count: number;
    readonly because: string;
    readonly odd: readonly string[];
  };
  readonly forecast: Forecast;
  readonly draftExceptions: readonly { readonly path: string; readonly reason: string }[];
}

export interface Finding {
  readonly check: string;
  readonly verdict: 'fits' | 'warning' | 'does not fit';
  readonly found: string;
  readonly limit: string;
  readonly paths: readonly string[];
  /** Path with the largest value. */
  readonly worst?: string;
}

/** A count with some samples. */
export interface Samples {
  readonly count: number;
  readonly samples: readonly { readonly path: string; readonly because: string }[];
}

/** Rate of change of the source. */
export interface Churn {
  readonly since: string;
  readonly entriesPerDay: number;
  readonly bytesPerDay: number;
  readonly because: string;
}
