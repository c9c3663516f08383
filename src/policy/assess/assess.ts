/**
 * Assesses a tree before its migration: what it contains, whether the destination can hold it, how long
 * the migration takes and why, and which exceptions it needs.
 */
import type { PreflightCheck } from '../../model/preflight.ts';
import { printable, type RawPath } from '../../paths.ts';
import { chunkOf, type ChunkPlan } from '../chunks/plan.ts';
import { forecastSeed, type Forecast } from '../rounds/forecast.ts';
import type { Assessment, Churn, Finding, Samples } from './assessment.ts';
import { churnOf } from './churn.ts';
import { checkLimits, checkSpace, type FreeSpace, type LimitSet } from './destination-limits.ts';
import { slowFiles } from './slow-files.ts';
import type { HardLinkGroup, TreeSummary } from './tree-summary.ts';

/** The fields of the spec that an assessment uses. */
export interface AssessedSpec {
  readonly name: string;
  readonly source: { readonly path: string };
  readonly destination: { readonly path: string; readonly limits?: LimitSet | undefined };
  readonly link: {
    readonly bandwidth?: number | undefined;
    readonly meanTimeBetweenDrops?: number | undefined;
  };
  readonly specialFiles: 'except' | 'copy';
  /** True if the engine does not transfer holes. */
  readonly skipsHoles?: boolean;
  /** True if an interrupted file continues where it stopped; false if it starts again. */
  readonly resumesInFiles: boolean;
}

export interface AssessmentInput {
  readonly spec: AssessedSpec;
  readonly tree: TreeSummary;
  readonly plan: ChunkPlan;
  /** An earlier scan of the same tree. */
  readonly earlier?: TreeSummary;
  /** Absent unless the destination is mounted on this host. */
  readonly freeSpace?: FreeSpace;
  readonly checks?: readonly PreflightCheck[];
}

export function assess(input: AssessmentInput): Assessment {
  const { spec, tree, plan, earlier, checks = [] } = input;
  const { entries, directories, files, symlinks, bytes, excluded } = tree;
  const limits = spec.destination.limits ?? 'posix';
  const findings = findingsOf(input, limits);
  const churn = churnOf(tree, earlier);
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
    ...peculiarities(tree),
    hardLinks: hardLinks(tree, plan),
    ...(churn === undefined ? {} : { churn }),
    chunks: chunkSummary(plan),
    forecast: forecast(spec, tree, plan, churn),
    draftExceptions: draftExceptions(tree, findings, spec),
  };
}

function findingsOf({ spec, tree, freeSpace }: AssessmentInput, limits: LimitSet): Finding[] {
  const found = [
    ...checkLimits(tree, limits),
    ...slowFiles(tree, spec),
    ...(freeSpace === undefined ? [] : checkSpace(tree, freeSpace)),
  ];
  return found.map(({ worst, paths, ...finding }) => ({
    ...finding,
    paths: paths.map(printable),
    ...(worst === undefined ? {} : { worst: printable(worst) }),
  }));
}

type Peculiarities = Pick<
  Assessment,
  'otherFileSystems' | 'notUtf8' | 'unreadable' | 'special' | 'sparse'
>;

function peculiarities(tree: TreeSummary): Peculiarities {
  const { otherFileSystems = [], notUtf8, unreadable, special, sparse } = tree;
  return {
    otherFileSystems: otherFileSystems.map(printable),
    notUtf8: samplesOf(notUtf8?.count ?? 0, withReason(notUtf8?.samples ?? [], 'not UTF-8')),
    unreadable: samplesOf(unreadable.count, unreadable.samples),
    special: samplesOf(
      special.count,
      special.samples.map(({ path, kind }) => ({ path, because: kind })),
    ),
    sparse: {
      ...samplesOf(sparse.count, withReason(sparse.samples, 'has holes')),
      holeBytes: sparse.holeBytes,
    },
  };
}

interface RawSample {
  readonly path: RawPath;
  readonly because: string;
}

const withReason = (paths: readonly RawPath[], because: string): readonly RawSample[] =>
  paths.map((path) => ({ path, because }));

function samplesOf(count: number, samples: readonly RawSample[]): Samples {
  return {
    count,
    samples: samples.map(({ path, because }) => ({ path: printable(path), because })),
  };
}

function hardLinks({ hardLinks: found }: TreeSummary, plan: ChunkPlan): Assessment['hardLinks'] {
  const crossing = found.samples.filter((group) => isCrossing(group, plan));
  return {
    groups: found.groups,
    names: found.names,
    lookedAt: found.samples.length,
    crossing: crossing.map(({ links, paths }) => ({ links, paths: paths.map(printable) })),
  };
}

/** A group with names in several chunks is copied once per chunk: the links between them are lost. */
function isCrossing({ paths }: HardLinkGroup, plan: ChunkPlan): boolean {
  return new Set(paths.map((path) => chunkOf(path, plan).id)).size > 1;
}

function chunkSummary({ chunks, size }: ChunkPlan): Assessment['chunks'] {
  const odd = chunks.flatMap(({ id, because }) =>
    because === undefined ? [] : [`${id}: ${because}`],
  );
  return { count: chunks.length, because: size.because, odd };
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
