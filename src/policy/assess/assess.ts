/**
 * The assessment: what is there, whether the destination can hold it, how long it takes and what decides
 * that, and which exceptions there will have to be. Plain data; assess-text.ts makes it readable.
 */
import { printable, type RawPath } from '../../paths.ts';
import { chunkOf, type ChunkPlan } from '../chunks/plan.ts';
import { checkLimits, roomFor, type LimitSet } from './destination-limits.ts';
import { forecastSeed, type Forecast } from '../rounds/forecast.ts';
import { slowFiles } from './slow-files.ts';
import type { HardLinkGroup, TreeSummary } from './tree-summary.ts';

/** The fields of the spec that matter here. */
export interface AssessedSpec {
  readonly name: string;
  readonly source: { readonly path: string };
  readonly destination: { readonly path: string; readonly limits?: LimitSet | undefined };
  readonly link: {
    readonly bandwidth?: number | undefined;
    readonly meanTimeBetweenDrops?: number | undefined;
  };
  readonly specialFiles: 'except' | 'copy';
  /** Whether the engine leaves holes out of the transfer. */
  readonly skipsHoles?: boolean;
  /** A file that is cut goes on where it was; else it begins again. */
  readonly resumesInFiles: boolean;
}

/** Of the destination as this host sees it. */
export interface Room {
  readonly bytes: number;
  readonly entries: number;
}

/** Something about the two places, with what mends it. */
export interface PlaceCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly fix?: string;
}

export interface AssessmentInput {
  readonly spec: AssessedSpec;
  readonly tree: TreeSummary;
  readonly plan: ChunkPlan;
  /** An earlier scan of the same tree. */
  readonly earlier?: TreeSummary;
  /** Free at the destination; absent where it is not seen. */
  readonly room?: Room;
  readonly checks?: readonly PlaceCheck[];
}

/** All paths in printable form. */
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
  /** What is not as it should be about the two places. */
  readonly places: readonly PlaceCheck[];
  /** Mounted below the tree: not entered, not migrated. */
  readonly otherFileSystems: readonly string[];
  readonly notUtf8: Listed;
  readonly unreadable: Listed;
  readonly special: Listed;
  readonly sparse: Listed & { readonly holeBytes: number };
  readonly hardLinks: {
    readonly groups: number;
    readonly names: number;
    /** Of the groups that were looked at. */
    readonly crossing: readonly { readonly links: number; readonly paths: readonly string[] }[];
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
  /** Where the largest is. */
  readonly worst?: string;
}

interface Listed {
  readonly count: number;
  readonly samples: readonly { readonly path: string; readonly because: string }[];
}

export interface Churn {
  readonly since: string;
  readonly entriesPerDay: number;
  readonly bytesPerDay: number;
  readonly because: string;
}

const DAY_MS = 86_400_000;

export function assess(input: AssessmentInput): Assessment {
  const { spec, tree, plan, earlier, room, checks = [] } = input;
  const limits = spec.destination.limits ?? 'posix';
  const churn = churnOf(tree, earlier);
  const found = [
    ...checkLimits(tree, limits),
    ...slowFiles(tree, spec),
    ...(room === undefined ? [] : roomFor(tree, room)),
  ];
  const findings = found.map(({ worst, paths, ...finding }) => ({
    ...finding,
    paths: paths.map(printable),
    ...(worst === undefined ? {} : { worst: printable(worst) }),
  }));
  const { entries, directories, files, symlinks, bytes, excluded } = tree;
  return {
    version: 1,
    migration: spec.name,
    scannedAt: tree.scannedAt,
    scanMs: tree.elapsedMs,
    source: spec.source.path,
    destination: spec.destination.path,
    limits,
    totals: { entries, directories, files, symlinks, bytes, excluded },
    histogram: tree.histogram,
    findings,
    places: checks.filter(({ ok }) => !ok),
    otherFileSystems: (tree.otherFileSystems ?? []).map(printable),
    notUtf8: listed(
      tree.notUtf8?.count ?? 0,
      (tree.notUtf8?.samples ?? []).map((path) => ({ path, because: 'not UTF-8' })),
    ),
    unreadable: listed(tree.unreadable.count, tree.unreadable.samples),
    special: listed(
      tree.special.count,
      tree.special.samples.map(({ path, kind }) => ({ path, because: kind })),
    ),
    sparse: {
      ...listed(
        tree.sparse.count,
        tree.sparse.samples.map((path) => ({ path, because: 'has holes' })),
      ),
      holeBytes: tree.sparse.holeBytes,
    },
    hardLinks: hardLinks(tree, plan),
    ...(churn === undefined ? {} : { churn }),
    chunks: {
      count: plan.chunks.length,
      because: plan.size.because,
      odd: plan.chunks.flatMap(({ id, because }) =>
        because === undefined ? [] : [`${id}: ${because}`],
      ),
    },
    forecast: forecast(spec, tree, plan, churn),
    draftExceptions: draftExceptions(tree, findings, spec),
  };
}

function listed(
  count: number,
  samples: readonly { readonly path: RawPath; readonly because: string }[],
): Listed {
  return {
    count,
    samples: samples.map(({ path, because }) => ({ path: printable(path), because })),
  };
}

function hardLinks({ hardLinks: found }: TreeSummary, plan: ChunkPlan): Assessment['hardLinks'] {
  const crossing = found.samples.filter((group) => crosses(group, plan));
  return {
    groups: found.groups,
    names: found.names,
    lookedAt: found.samples.length,
    crossing: crossing.map(({ links, paths }) => ({ links, paths: paths.map(printable) })),
  };
}

/** A group that lies in several chunks is copied once in each: the link between them is lost. */
function crosses({ paths }: HardLinkGroup, plan: ChunkPlan): boolean {
  return new Set(paths.map((path) => chunkOf(path, plan).id)).size > 1;
}

function churnOf(tree: TreeSummary, earlier: TreeSummary | undefined): Churn | undefined {
  const now = Date.parse(tree.scannedAt);
  if (tree.changed !== undefined) {
    const { since, files, bytes } = tree.changed;
    return perDay(since, now - Date.parse(since), files, bytes, `files changed since ${since}`);
  }
  if (earlier === undefined) return undefined;
  return perDay(
    earlier.scannedAt,
    now - Date.parse(earlier.scannedAt),
    Math.abs(tree.entries - earlier.entries),
    Math.abs(tree.bytes - earlier.bytes),
    `at least, from the growth since ${earlier.scannedAt}; changes in place do not show in it`,
  );
}

function perDay(
  since: string,
  spanMs: number,
  entries: number,
  bytes: number,
  because: string,
): Churn | undefined {
  if (!(spanMs > 0)) return undefined;
  const days = spanMs / DAY_MS;
  return { since, entriesPerDay: entries / days, bytesPerDay: bytes / days, because };
}

function forecast(
  { link, skipsHoles }: AssessedSpec,
  tree: TreeSummary,
  plan: ChunkPlan,
  churn: Churn | undefined,
): Forecast {
  return forecastSeed({
    entries: tree.entries,
    bytes: tree.bytes - (skipsHoles === true ? tree.sparse.holeBytes : 0),
    chunks: plan.chunks.length,
    ...(link.bandwidth === undefined ? {} : { bytesPerSecond: link.bandwidth }),
    ...(link.meanTimeBetweenDrops === undefined
      ? {}
      : { meanTimeBetweenDropsMs: link.meanTimeBetweenDrops }),
    ...(churn === undefined ? {} : { driftBytesPerSecond: churn.bytesPerDay / 86_400 }),
  });
}

function draftExceptions(
  tree: TreeSummary,
  findings: readonly Finding[],
  { specialFiles }: AssessedSpec,
): Assessment['draftExceptions'] {
  const drafts = new Map<string, string>();
  const draft = (path: string, reason: string) => {
    if (!drafts.has(path)) drafts.set(path, reason);
  };
  for (const { verdict, check, limit, paths } of findings) {
    if (verdict !== 'does not fit') continue;
    for (const path of paths) draft(path, `${check}: the destination allows ${limit}`);
  }
  for (const { path, because } of tree.unreadable.samples) {
    draft(printable(path), `not readable: ${because}`);
  }
  if (specialFiles === 'except') {
    for (const { path, kind } of tree.special.samples) draft(printable(path), `a ${kind}`);
  }
  return [...drafts].map(([path, reason]) => ({ path, reason }));
}
