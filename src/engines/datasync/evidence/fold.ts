/** Where every entry of a chunk stands: the catalog a round began with, and what its reports say. */
import { openBase } from '../../../catalog/base-catalog.ts';
import type { Entry, EntryStatus } from '../../../model/entry.ts';
import type { Code } from '../../../errors/codes.ts';
import { isWithin, joinRaw, parentOf, type RawPath } from '../../../paths.ts';
import {
  entryClass,
  hasChanged,
  judgeEnd,
  type EntryClass,
  isEnd,
} from '../../../policy/datasync/failures.ts';
import type { Scope } from '../../../policy/datasync/filters.ts';
import type { StepJob } from '../../engine.ts';
import { partsOf } from '../service/chunk-state.ts';
import { executionsWithEvidence, foldEvidence, type Evidence } from './evidence.ts';
import { attemptsOf, type AttemptState, type ExecutionEnd } from '../service/execution-record.ts';
import { fitsManifest } from './manifest.ts';

export interface Folded {
  readonly path: RawPath;
  readonly known: Entry | undefined;
  readonly evidence: Evidence | undefined;
  /** 'vanished' and 'deleted' are no longer in the catalog. */
  readonly status: EntryStatus | 'deleted';
  readonly reason?: { readonly class: EntryClass; readonly code: Code; readonly text: string };
}

export interface Fold {
  readonly entries: ReadonlyMap<RawPath, Folded>;
  /** Whether the round's reports list all that is at the source. */
  readonly complete: boolean;
  /** Entries copied in this round of which no report tells. */
  readonly unreported: number;
}

type Ended = AttemptState & { readonly end: ExecutionEnd };

export function foldRound(job: StepJob): Fold {
  const { store, chunk } = job;
  const ended = attemptsOf(store).filter((attempt): attempt is Ended => attempt.end !== undefined);
  const told = executionsWithEvidence(store);
  const evidence = foldEvidence(store, arnsOf(ended));
  const known = knownEntries(job);
  const complete = listsAll(job, ended, told);
  const latest = sinceLastCopies(job, ended);
  // Only a chunk that was tried again has reports that count for its entries and not for the list.
  const lists = (): Iterable<RawPath> =>
    latest.length === ended.length ? evidence.keys() : foldEvidence(store, arnsOf(latest)).keys();
  const listed = complete ? withAncestors(lists()) : undefined;
  const swept = sweptParts(job, ended);
  const entries = new Map<RawPath, Folded>();
  const paths = new Set([...known.keys(), ...evidence.keys(), ...job.exceptions]);
  for (const path of paths) {
    if (path === '' || !inChunk(path, chunk)) continue;
    const facts = { path, known: known.get(path), evidence: evidence.get(path) };
    const folded = underFile(path, evidence)
      ? { ...facts, status: 'deleted' as const }
      : foldEntry(job, facts, listed);
    if (folded)
      entries.set(path, isRemoved(folded, swept) ? { ...folded, status: 'deleted' } : folded);
  }
  const silent = ended.filter(({ end }) => copiedSomething(end) && !told.has(end.arn));
  return {
    entries,
    complete,
    unreported: silent.reduce((sum, { end }) => sum + Math.max(1, end.filesTransferred), 0),
  };
}

const copiedSomething = ({ phase }: ExecutionEnd): boolean =>
  phase === 'transferring' || phase === 'verifying' || phase === 'done';

const arnsOf = (some: readonly Ended[]): readonly string[] => some.map(({ end }) => end.arn);

const lastCopy = (ended: readonly Ended[], part: string): Ended | undefined =>
  ended.filter(({ purpose, part: id }) => purpose === 'copy' && id === part).at(-1);

/** A chunk that was tried again was listed anew: what only an earlier copy saw may be gone by now. */
function sinceLastCopies(job: StepJob, ended: readonly Ended[]): readonly Ended[] {
  const last = partsOf(job.store, job.chunk).map(({ id }) => lastCopy(ended, id));
  const overtaken = ended.filter((one) => one.purpose === 'copy' && !last.includes(one));
  const first = ended.findIndex((one) => last.includes(one));
  return ended.filter((one, i) => i >= first && !overtaken.includes(one));
}

/** The last copy of each part verified point in time, ran to its end, and left its report. */
function listsAll(job: StepJob, ended: readonly Ended[], told: ReadonlySet<string>): boolean {
  return partsOf(job.store, job.chunk).every((part) => {
    const last = lastCopy(ended, part.id);
    if (last === undefined) return false;
    const { verifyMode, phase, arn, status, errorCode } = last.end;
    const ran =
      status === 'SUCCESS' ||
      phase === 'done' ||
      errorCode === 'FilesSkipped' ||
      errorCode === 'OpNotSupp';
    return ran && verifyMode === 'POINT_IN_TIME_CONSISTENT' && told.has(arn);
  });
}

/**
 * Parts from which an execution with REMOVE has removed to its end: nothing is left there that the source
 * does not have, whichever run, with or without a report, has removed it.
 */
function sweptParts(job: StepJob, ended: readonly Ended[]): readonly Scope[] {
  return partsOf(job.store, job.chunk).filter(({ id }) => {
    const last = ended.filter(({ purpose, part }) => purpose === 'remove' && part === id).at(-1);
    return last?.end.status === 'SUCCESS';
  });
}

/** Gone at the source, and not named as what could not be removed. */
function isRemoved({ path, status, reason }: Folded, swept: readonly Scope[]): boolean {
  if (status !== 'awaiting delete' || reason?.class === 'unreadable') return false;
  return swept.some((part) => inChunk(path, part));
}

export function inChunk(path: RawPath, { roots, without }: Scope): boolean {
  return (
    roots.some((root) => isWithin(path, root)) && !without.some((root) => isWithin(path, root))
  );
}

export function knownEntries({ store }: Pick<StepJob, 'store'>): Map<RawPath, Entry> {
  const known = new Map<RawPath, Entry>();
  const base = openBase(store);
  if (base === undefined) return known;
  try {
    for (const { path, entries } of base.directories())
      for (const entry of entries) known.set(joinRaw(path, entry.name), entry);
  } finally {
    base.close();
  }
  return known;
}

/** A report may leave directories out; one with something listed in it is there. */
function withAncestors(paths: Iterable<RawPath>): ReadonlySet<RawPath> {
  const all = new Set<RawPath>();
  for (const path of paths)
    for (let at = path; at !== '' && !all.has(at); at = parentOf(at)) all.add(at);
  return all;
}

/** Where a file is now, nothing lies below: it went with the directory that stood there. */
function underFile(path: RawPath, evidence: ReadonlyMap<RawPath, Evidence>): boolean {
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) {
    const { kind, what } = evidence.get(at) ?? {};
    if (kind !== undefined && kind !== 'directory' && what === 'verified') return true;
  }
  return false;
}

interface Facts {
  readonly path: RawPath;
  readonly known: Entry | undefined;
  readonly evidence: Evidence | undefined;
}

function foldEntry(
  job: StepJob,
  facts: Facts,
  listed: ReadonlySet<RawPath> | undefined,
): Folded | undefined {
  const { path, known, evidence } = facts;
  if ([...exceptedAncestors(path, job.exceptions)].length > 0)
    return { ...facts, status: 'excepted' };
  if (evidence !== undefined)
    return isOvertaken(facts, listed)
      ? { ...facts, evidence: undefined, status: 'awaiting delete' }
      : judged(job, facts, evidence);
  if (known === undefined) return undefined;
  if (known.status === 'excepted') return { ...facts, status: 'unverified' };
  if (listed === undefined || listed.has(path)) return { ...facts, status: known.status };
  return { ...facts, status: 'awaiting delete' };
}

/** Copied, and then no longer in the list. */
function isOvertaken({ path, evidence }: Facts, listed: ReadonlySet<RawPath> | undefined): boolean {
  const isThere = evidence?.what === 'verified' || evidence?.what === 'transferred';
  return isThere && listed !== undefined && !listed.has(path);
}

function* exceptedAncestors(path: RawPath, exceptions: ReadonlySet<RawPath>): Generator<RawPath> {
  for (let at = path; at !== ''; at = parentOf(at)) if (exceptions.has(at)) yield at;
}

function judged(job: StepJob, facts: Facts, evidence: Evidence): Folded {
  const { known } = facts;
  // At the destination: from an earlier round, or copied in this one before it went away.
  const wasThere = (known !== undefined && known.status !== 'vanished') || evidence.transferred;
  switch (evidence.what) {
    case 'verified':
      return { ...facts, status: 'verified' };
    case 'transferred':
      // Reports list no verification of directories where only what was copied is verified.
      return { ...facts, status: evidence.kind === 'directory' ? 'verified' : 'unverified' };
    case 'deleted':
      return { ...facts, status: 'deleted' };
    case 'mismatched':
    case 'skipped':
    case 'failed': {
      const reason = reasonOf(job, known, evidence);
      return { ...facts, reason, status: statusOf(job, reason.class, wasThere) };
    }
  }
}

const CODES: Readonly<Record<EntryClass, Code>> = {
  vanished: 'VANISHED',
  drift: 'CHANGED_WHILE_COPYING',
  locked: 'BUSY',
  unreadable: 'PERMISSION_DENIED',
  corruption: 'CORRUPT_COPY',
  other: 'IO_ERROR',
};

function reasonOf(
  job: StepJob,
  known: Entry | undefined,
  evidence: Evidence,
): NonNullable<Folded['reason']> {
  const text = evidence.reason ?? evidence.what;
  const byWords = entryClass(text);
  const isDrift =
    byWords === 'corruption' &&
    (changedSinceCopy(job, known, evidence) || isMissedByRepair(job, evidence));
  const kind = isDrift ? 'drift' : byWords;
  return { class: kind, code: CODES[kind], text };
}

/**
 * A repair came to its end, and its report does not tell of it: it went away before, and the next list
 * of the source says so. It does not count as gone by that silence alone.
 */
function isMissedByRepair({ store }: StepJob, { path, kind, what, found }: Evidence): boolean {
  if (what !== 'mismatched' || kind === 'directory' || !fitsManifest(path)) return false;
  const told = executionsWithEvidence(store);
  const attempts = attemptsOf(store);
  const foundAt = attempts.findIndex(({ end }) => end?.arn === found?.by);
  return attempts
    .slice(foundAt + 1)
    .some(({ purpose, end }) => purpose === 'repair' && isWhole(end) && told.has(end.arn));
}

const isWhole = (end: ExecutionEnd | undefined): end is ExecutionEnd =>
  end !== undefined && isEnd(judgeEnd(end));

/** By the file server's times alone, as long as the reports have them: no two clocks agree. */
function changedSinceCopy(job: StepJob, known: Entry | undefined, evidence: Evidence): boolean {
  const wasThere = known?.status === 'verified' || known?.status === 'unverified';
  const isTold = known?.mtimeSeconds !== 0; // 0: no report had it
  const copied = evidence.copied ?? (wasThere && isTold ? known : undefined);
  return hasChanged(copied, evidence.found) ?? isYoungerThanCopies(job, evidence);
}

/** Whether the source is younger than the last run that copied it. */
function isYoungerThanCopies(
  job: StepJob,
  { mtimeSeconds, mtimeNanoseconds = 0 }: Evidence,
): boolean {
  if (mtimeSeconds === undefined) return false;
  const copies = attemptsOf(job.store).filter(({ purpose }) => purpose !== 'remove');
  const launchedAt = Math.max(...copies.map(({ end }) => end?.launchedAt ?? 0));
  return mtimeSeconds * 1000 + mtimeNanoseconds / 1e6 > launchedAt;
}

function statusOf({ round }: StepJob, kind: EntryClass, wasThere: boolean): EntryStatus {
  switch (kind) {
    case 'vanished':
      return wasThere ? 'awaiting delete' : 'vanished';
    case 'drift':
      return 'drifted';
    case 'locked':
      return round.kind === 'final' ? 'blocked' : 'drifted';
    case 'unreadable':
    case 'corruption':
    case 'other':
      return 'blocked';
  }
}
