/** State of a chunk workflow: plain data, of this run alone. */
import type { OpenEntry, StepResult } from '../../model/round.ts';
import type { ChunkInput } from '../../protocol/inputs.ts';
import type { ChunkState } from '../../protocol/names.ts';
import type { BlockedChunk } from '../../protocol/reports.ts';
import { reasonOf } from '../runtime/failures.ts';
import type { Rejected } from '../runtime/rejected.ts';

export type ChunkDecision = 'retry' | 'skip';

export interface ChunkRunState {
  readonly startedAtMs: number;
  /** The word that operators see, and the search attribute of the same name. */
  state: ChunkState;
  paused: boolean;
  /** Set while the chunk is blocked. */
  blocked?: BlockedChunk;
  /** True from the first time that the chunk is blocked: the migration then waits for `chunkClosed`. */
  wasBlocked: boolean;
  /** The operator's answer to the current block. */
  decision?: ChunkDecision;
  rejected: Rejected[];
}

export function openChunk({ paused = false }: ChunkInput): ChunkRunState {
  return { startedAtMs: Date.now(), state: 'scanning', paused, wasBlocked: false, rejected: [] };
}

/** Describes a step that left entries which need a person. */
export function blockedByEntries(
  chunk: string,
  step: BlockedChunk['step'],
  { open, blocked }: StepResult,
): BlockedChunk {
  const [first] = open;
  const because = `${blocked} ${blocked === 1 ? 'entry' : 'entries'}${sampleOf(first)}`;
  return { chunk, step, since: new Date().toISOString(), code: first?.code ?? 'BUG', because };
}

const sampleOf = (entry: OpenEntry | undefined): string =>
  entry === undefined ? '' : `, first: ${entry.path}: ${entry.message}`;

/** Describes a step that failed as a whole. */
export function blockedByFailure(
  chunk: string,
  step: BlockedChunk['step'],
  error: unknown,
): BlockedChunk {
  return { chunk, step, since: new Date().toISOString(), ...reasonOf(error) };
}
