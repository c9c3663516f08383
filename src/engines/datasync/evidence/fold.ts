/** Decides the status of every entry of a chunk from the catalog and the reports of the round. */
import { parentOf, type RawPath } from '../../../paths.ts';
import { isInScope, type PathScope } from '../../../policy/datasync/scope.ts';
import type { StepJob } from '../../engine.ts';
import { partsOf } from '../service/chunk-record.ts';
import {
  endedAttemptsOf,
  type EndedAttempt,
  type ExecutionEnd,
} from '../service/execution-journal.ts';
import { foldEvidence, reportedExecutions, type Evidence } from './evidence.ts';
import { foldEntry, type FoldedEntry } from './fold-entry.ts';
import { knownEntries } from './known-entries.ts';
import { listedPaths, listsAll } from './source-list.ts';

export interface FoldedRound {
  readonly entries: ReadonlyMap<RawPath, FoldedEntry>;
  /** True when the reports of the round list everything at the source. */
  readonly complete: boolean;
  /** Number of entries copied in this round that no report lists. */
  readonly unreported: number;
}

export function foldRound(job: StepJob): FoldedRound {
  const { store, chunk } = job;
  const ended = endedAttemptsOf(store);
  const reported = reportedExecutions(store);
  const evidence = foldEvidence(store, arnsOf(ended));
  const known = knownEntries(store);
  const complete = listsAll(job, ended, reported);
  const listed = complete ? listedPaths(job, ended, evidence) : undefined;
  const swept = sweptParts(job, ended);
  const entries = new Map<RawPath, FoldedEntry>();
  for (const path of new Set([...known.keys(), ...evidence.keys(), ...job.exceptions])) {
    if (path === '' || !isInScope(path, chunk)) continue;
    const facts = { path, known: known.get(path), evidence: evidence.get(path) };
    const folded = isBelowFile(path, evidence)
      ? { ...facts, status: 'deleted' as const }
      : foldEntry(job, facts, listed);
    if (folded)
      entries.set(path, isRemoved(folded, swept) ? { ...folded, status: 'deleted' } : folded);
  }
  return { entries, complete, unreported: countUnreported(ended, reported) };
}

const arnsOf = (attempts: readonly EndedAttempt[]): readonly string[] =>
  attempts.map(({ end }) => end.arn);

function countUnreported(ended: readonly EndedAttempt[], reported: ReadonlySet<string>): number {
  return ended
    .filter(({ end }) => hasCopied(end) && !reported.has(end.arn))
    .reduce((sum, { end }) => sum + Math.max(1, end.filesTransferred), 0);
}

const hasCopied = ({ phase }: ExecutionEnd): boolean =>
  phase === 'transferring' || phase === 'verifying' || phase === 'done';

/** Returns the parts whose last REMOVE succeeded: nothing is left there that the source does not have. */
function sweptParts(job: StepJob, ended: readonly EndedAttempt[]): readonly PathScope[] {
  return partsOf(job.store, job.chunk).filter(({ id }) => {
    const last = ended.filter(({ purpose, part }) => purpose === 'remove' && part === id).at(-1);
    return last?.end.status === 'SUCCESS';
  });
}

/** An entry that DataSync reports as unreadable was not removed. */
function isRemoved({ path, status, reason }: FoldedEntry, swept: readonly PathScope[]): boolean {
  if (status !== 'awaiting delete' || reason?.class === 'unreadable') return false;
  return swept.some((part) => isInScope(path, part));
}

/** A file has replaced an ancestor directory, and everything below the directory with it. */
function isBelowFile(path: RawPath, evidence: ReadonlyMap<RawPath, Evidence>): boolean {
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) {
    const { kind, what } = evidence.get(at) ?? {};
    if (kind !== undefined && kind !== 'directory' && what === 'verified') return true;
  }
  return false;
}
