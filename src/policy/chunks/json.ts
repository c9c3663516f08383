/**
 * The chunk plan as versioned JSON, with printable paths and without `without`, which follows from the
 * roots. Reading checks every invariant of a plan, so that damaged or edited plans are rejected.
 */
import { LonghaulError } from '../../errors/failure.ts';
import { fromPrintable, isWithin, printable, type RawPath } from '../../paths.ts';
import { findBorders } from './borders.ts';
import { ROOT_CHUNK_ID, type ChunkPlan, type PlannedChunk } from './plan.ts';

/** Converts the plan for JSON.stringify, with printable paths. */
export function planToJson(plan: ChunkPlan): object {
  const chunks = plan.chunks.map(({ id, roots, entries, bytes, because }) => ({
    id,
    roots: roots.map(printable),
    entries,
    bytes,
    ...(because === undefined ? {} : { because }),
  }));
  return { ...plan, chunks };
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Reads values and collects all problems. */
class Reader {
  readonly problems: string[] = [];

  object(value: unknown, at: string): JsonObject {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as JsonObject;
    this.expected('an object', value, at);
    return {};
  }

  list(value: unknown, at: string): readonly unknown[] {
    if (Array.isArray(value)) return value as readonly unknown[];
    this.expected('a list', value, at);
    return [];
  }

  text(value: unknown, at: string): string {
    if (typeof value === 'string') return value;
    this.expected('text', value, at);
    return '';
  }

  count(value: unknown, at: string): number {
    if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
    this.expected('a number from 0 up', value, at);
    return 0;
  }

  expected(what: string, value: unknown, at: string): void {
    this.problems.push(`${at}: expected ${what}, found ${JSON.stringify(value) ?? 'nothing'}`);
  }
}

function readLimits(reader: Reader, value: unknown): ChunkPlan['limits'] {
  const fields = reader.object(value, 'limits');
  const optional = (name: 'bytesPerSecond' | 'meanTimeBetweenDropsMs' | 'overheadMs') =>
    fields[name] === undefined ? {} : { [name]: reader.count(fields[name], `limits.${name}`) };
  return {
    maxEntries: reader.count(fields['maxEntries'], 'limits.maxEntries'),
    maxBytes: reader.count(fields['maxBytes'], 'limits.maxBytes'),
    ...optional('bytesPerSecond'),
    ...optional('meanTimeBetweenDropsMs'),
    ...optional('overheadMs'),
  };
}

function readChunk(reader: Reader, value: unknown, at: string): Omit<PlannedChunk, 'without'> {
  const fields = reader.object(value, at);
  const id = reader.text(fields['id'], `${at}.id`);
  if (!/^\d{4,}$/.test(id)) reader.expected('an id of at least four digits', id, `${at}.id`);
  const roots = reader
    .list(fields['roots'], `${at}.roots`)
    .map((root, i) => fromPrintable(reader.text(root, `${at}.roots[${i}]`)));
  if (roots.length === 0) reader.expected('at least one root', roots, `${at}.roots`);
  return {
    id,
    roots,
    entries: reader.count(fields['entries'], `${at}.entries`),
    bytes: reader.count(fields['bytes'], `${at}.bytes`),
    ...(fields['because'] === undefined
      ? {}
      : { because: reader.text(fields['because'], `${at}.because`) }),
  };
}

/** Checks that there is one root chunk, no id or root twice, and no root inside another of its chunk. */
function checkPartition(reader: Reader, chunks: readonly Omit<PlannedChunk, 'without'>[]): void {
  const ids = new Set<string>();
  const owners = new Map<RawPath, string>();
  for (const { id, roots } of chunks) {
    if (ids.has(id)) reader.problems.push(`chunk ${id}: the id appears twice`);
    ids.add(id);
    for (const root of roots) {
      const other = owners.get(root);
      if (other !== undefined)
        reader.problems.push(`chunk ${id}: ${printable(root)} is a root of chunk ${other} too`);
      owners.set(root, id);
      if (/^\/|\/$|\/\/|(^|\/)\.\.?(\/|$)/.test(root))
        reader.problems.push(`chunk ${id}: ${printable(root)} is not a path inside the tree`);
    }
    checkNesting(reader, id, roots);
  }
  if (owners.get('') !== ROOT_CHUNK_ID)
    reader.problems.push(`chunk ${ROOT_CHUNK_ID}: expected the root "", found no such root`);
}

function checkNesting(reader: Reader, id: string, roots: readonly RawPath[]): void {
  const own = new Set(roots);
  for (const root of roots) {
    for (let slash = root.lastIndexOf('/'); root !== ''; slash = root.lastIndexOf('/', slash - 1)) {
      const outer = slash < 0 ? '' : root.slice(0, slash);
      if (own.has(outer) && isWithin(root, outer))
        reader.problems.push(
          `chunk ${id}: ${printable(root)} lies inside its own root "${printable(outer)}"`,
        );
      if (slash <= 0) break;
    }
  }
}

/** Reads the JSON value of a plan. Throws SPEC_INVALID with all problems. */
export function parsePlan(value: unknown): ChunkPlan {
  const reader = new Reader();
  const fields = reader.object(value, 'plan');
  if (fields['version'] !== 1) reader.expected('1', fields['version'], 'version');
  const size = reader.object(fields['size'], 'size');
  const totals = reader.object(fields['totals'], 'totals');
  const chunks = reader
    .list(fields['chunks'], 'chunks')
    .map((chunk, i) => readChunk(reader, chunk, `chunks[${i}]`));
  const plan = {
    version: 1,
    revision: reader.count(fields['revision'], 'revision'),
    madeAt: reader.text(fields['madeAt'], 'madeAt'),
    limits: readLimits(reader, fields['limits']),
    size: {
      maxEntries: reader.count(size['maxEntries'], 'size.maxEntries'),
      maxBytes: reader.count(size['maxBytes'], 'size.maxBytes'),
      because: reader.text(size['because'], 'size.because'),
    },
    totals: {
      directories: reader.count(totals['directories'], 'totals.directories'),
      entries: reader.count(totals['entries'], 'totals.entries'),
      bytes: reader.count(totals['bytes'], 'totals.bytes'),
    },
    retired: reader
      .list(fields['retired'], 'retired')
      .map((id, i) => reader.text(id, `retired[${i}]`)),
    nextId: reader.count(fields['nextId'], 'nextId'),
  } as const;
  checkPartition(reader, chunks);
  if (reader.problems.length > 0) throw invalid(reader.problems);
  const borders = findBorders(chunks);
  const complete = chunks.map((chunk) => ({ ...chunk, without: borders.get(chunk.id) ?? [] }));
  return { ...plan, chunks: complete };
}

function invalid(problems: readonly string[]): LonghaulError {
  const shown = problems.slice(0, 20).map((problem) => `\n  ${problem}`);
  const more = problems.length > 20 ? `\n  and ${problems.length - 20} more` : '';
  return new LonghaulError('SPEC_INVALID', `The chunk plan is damaged:${shown.join('')}${more}`, {
    hint: 'Create it again: longhaul plan SPEC.',
  });
}
