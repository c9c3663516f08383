/**
 * Messages to workflows. Names and fields are frozen once released. Operators' messages are a signal
 * and an update of the same name with one optional JSON object; internal messages are signals.
 */
import type { BlockedChunk, ChunkReport, LinkReport, RoundStatus } from './reports.ts';

/** Fields of every operator's message: who sends it, and why. */
export interface MessageOrigin {
  readonly by?: string;
  readonly reason?: string;
}

export interface MigrationMessages {
  pause: MessageOrigin;
  resume: MessageOrigin;
  /** bandwidth: "20 Mbit/s", or "none" for no limit. */
  setBandwidth: MessageOrigin & { readonly bandwidth?: string };
  /** interval: "2h"; floor: "30m". */
  setInterval: MessageOrigin & { readonly interval?: string; readonly floor?: string };
  runRoundNow: MessageOrigin;
  addExclusions: MessageOrigin & { readonly patterns?: readonly string[] };
  removeExclusions: MessageOrigin & { readonly patterns?: readonly string[] };
  /** path: relative to the source, in printable form. */
  acceptException: MessageOrigin & { readonly path?: string };
  /** chunk: one id; all blocked chunks if absent. */
  retryBlocked: MessageOrigin & { readonly chunk?: string };
  /** Accepts the chunk's open entries as they are; the chunk joins the next round. */
  skipChunk: MessageOrigin & { readonly chunk?: string };
  /**
   * Allows one blocked chunk, or all whose deletes were refused, to delete once up to these limits
   * instead of both caps of the spec. Requires a reason.
   */
  allowDeletes: MessageOrigin & {
    readonly chunk?: string;
    readonly count?: number;
    readonly percent?: number;
  };
  rehearse: MessageOrigin;
  approveCutover: MessageOrigin;
  /** until: ISO 8601. Withdraws the approval. */
  postponeCutover: MessageOrigin & { readonly until?: string };
  /** Cuts over now, even outside the window; the other gates still apply. */
  startCutover: MessageOrigin;
  commit: MessageOrigin;
  rollBack: MessageOrigin;
  abort: MessageOrigin;
}
export type MigrationVerb = keyof MigrationMessages;

export interface ChunkMessages {
  pause: MessageOrigin;
  resume: MessageOrigin;
  retry: MessageOrigin;
  skip: MessageOrigin;
}
export type ChunkVerb = keyof ChunkMessages;

/** Signals that workflows and workers send to each other. */
export interface InternalMessages {
  /** From a chunk to its migration and its round. */
  chunkBlocked: BlockedChunk;
  /** From a chunk to its migration: an operator chose retry or skip. */
  chunkUnblocked: { readonly chunk: string };
  /** From a chunk that was blocked to its migration, when the chunk has ended. */
  chunkClosed: ChunkReport;
  /** From a round to its migration; with `report` when the round is over. */
  roundReport: RoundStatus;
  /** From a worker's circuit breaker to the migration. */
  linkReport: LinkReport;
}
