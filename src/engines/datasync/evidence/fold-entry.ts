/** Decides the status of one entry from the catalog and its evidence. */
import type { Code } from '../../../errors/codes.ts';
import type { Entry, EntryStatus } from '../../../model/entry.ts';
import { parentOf, type RawPath } from '../../../paths.ts';
import { entryClass, type EntryClass } from '../../../policy/datasync/entry-class.ts';
import type { StepJob } from '../../engine.ts';
import { isDrift } from './drift.ts';
import type { Evidence } from './evidence.ts';

export interface EntryFacts {
  readonly path: RawPath;
  /** From the catalog with which the round began. */
  readonly known: Entry | undefined;
  readonly evidence: Evidence | undefined;
}

export interface FoldedEntry extends EntryFacts {
  /** 'vanished' and 'deleted' entries leave the catalog. */
  readonly status: EntryStatus | 'deleted';
  readonly reason?: { readonly class: EntryClass; readonly code: Code; readonly text: string };
}

/** `listed`: everything at the source, if known. Returns undefined for an entry that was never there. */
export function foldEntry(
  job: StepJob,
  facts: EntryFacts,
  listed: ReadonlySet<RawPath> | undefined,
): FoldedEntry | undefined {
  const { path, known, evidence } = facts;
  if (isExcepted(path, job.exceptions)) return { ...facts, status: 'excepted' };
  if (evidence !== undefined)
    return isGoneSince(path, evidence, listed)
      ? { ...facts, evidence: undefined, status: 'awaiting delete' }
      : withStatus(job, facts, evidence);
  if (known === undefined) return undefined;
  if (known.status === 'excepted') return { ...facts, status: 'unverified' };
  if (listed === undefined || listed.has(path)) return { ...facts, status: known.status };
  return { ...facts, status: 'awaiting delete' };
}

function isExcepted(path: RawPath, exceptions: ReadonlySet<RawPath>): boolean {
  for (let at = path; at !== ''; at = parentOf(at)) if (exceptions.has(at)) return true;
  return false;
}

/** An earlier try copied the entry, and a later list of the source does not have it. */
function isGoneSince(
  path: RawPath,
  { what }: Evidence,
  listed: ReadonlySet<RawPath> | undefined,
): boolean {
  const wasCopied = what === 'verified' || what === 'transferred';
  return wasCopied && listed !== undefined && !listed.has(path);
}

function withStatus(job: StepJob, facts: EntryFacts, evidence: Evidence): FoldedEntry {
  const { known } = facts;
  switch (evidence.what) {
    case 'verified':
      return { ...facts, status: 'verified' };
    case 'transferred':
      // With ONLY_FILES_TRANSFERRED, reports list no verification of directories.
      return { ...facts, status: evidence.kind === 'directory' ? 'verified' : 'unverified' };
    case 'deleted':
      return { ...facts, status: 'deleted' };
    case 'mismatched':
    case 'skipped':
    case 'failed': {
      const reason = reasonOf(job, known, evidence);
      const isAtDestination =
        (known !== undefined && known.status !== 'vanished') || evidence.transferred;
      return { ...facts, reason, status: statusOf(job, reason.class, isAtDestination) };
    }
  }
}

const CODE_OF: Readonly<Record<EntryClass, Code>> = {
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
): NonNullable<FoldedEntry['reason']> {
  const text = evidence.reason ?? evidence.what;
  const reported = entryClass(text);
  const isChanged = reported === 'corruption' && isDrift(job, known, evidence);
  const entryKind = isChanged ? 'drift' : reported;
  return { class: entryKind, code: CODE_OF[entryKind], text };
}

function statusOf(
  { round }: StepJob,
  entryKind: EntryClass,
  isAtDestination: boolean,
): EntryStatus {
  switch (entryKind) {
    case 'vanished':
      return isAtDestination ? 'awaiting delete' : 'vanished';
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
