/** Parts that the demos of both engines share: the result and the common scenes. */
import { chmodSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { LonghaulError } from '../errors/failure.ts';
import type { Child } from './child.ts';
import type { Follower, Look } from './follow.ts';
import { type } from './operator.ts';
import { MIGRATION } from './paper.ts';
import type { Proof } from './proof.ts';
import type { SourceTree } from './source-tree.ts';
import type { Cleanup } from './cleanup.ts';
import { type Stage, startWorker } from './stage.ts';

export interface DemoOptions {
  readonly entries: number;
  /** false: local directories only. */
  readonly link: boolean;
}

export interface DemoResult {
  readonly entries: number;
  readonly rounds: number;
  readonly outageMs: number;
  readonly elapsedMs: number;
  /** Reason why there was no link; undefined when there was one. */
  readonly noLink?: string;
  readonly proofs: readonly Proof[];
}

export interface Played {
  readonly result: DemoResult;
  readonly stage: Stage;
}

/** State shared by all scenes. */
export interface Play extends Stage {
  readonly tree: SourceTree;
  readonly follower: Follower;
  readonly cleanup: Cleanup;
}

/** The name that the demo's commands record. */
export const BY = ['--by', 'operator'];

/** Few enough changes that the deletes of no chunk reach the cap. */
export const changesPerSecond = (entries: number): number =>
  Math.min(15, Math.max(2, Math.round(entries / 1500)));

export const copies = ({ running }: Look): boolean => running.some(({ step }) => step === 'copy');

/** Kills the worker, and starts another one. */
export async function replaceWorker(play: Play, worker: Child): Promise<void> {
  worker.kill('SIGKILL');
  await worker.ended;
  play.narrator.tell(
    `kill -9 ${worker.pid}. What it had finished is in journals; another one reads them.`,
  );
  startWorker(play, 'worker-2', play.cleanup);
}

export async function repair({ narrator, places, tree, follower }: Play): Promise<void> {
  narrator.scene('One file may not be read');
  const isBlocked = ({ progress }: Look): boolean =>
    progress.blockedCount > 0 && progress.rounds.length > 0;
  await follower.until('a round has closed with a blocked chunk', isBlocked);
  narrator.tell('Its chunk waits for a person; all the others, and later rounds, go on.');
  await type(narrator, ['chunks', MIGRATION, '--blocked']);
  narrator.typed(`chmod 644 '${join(places.source, tree.closed)}'`);
  chmodSync(join(places.source, tree.closed), 0o644);
  await type(narrator, ['retry', MIGRATION, '--reason', 'access was granted', ...BY]);
  await follower.until('no chunk is blocked', ({ progress }) => progress.blockedCount === 0);
}

export async function cutOver({ narrator, places, follower }: Play): Promise<Look> {
  narrator.scene('The cutover');
  narrator.tell('Rounds follow each other until little changes in between.');
  const ready = ({ progress }: Look): boolean => progress.phase === 'ready to cut over';
  await follower.until('the rounds have converged', ready);
  await type(narrator, ['status', MIGRATION]);
  narrator.tell('After the approval: freeze the source, one last round with deletes, then switch.');
  await type(narrator, ['approve', MIGRATION, '--reason', 'the rounds have converged', ...BY]);
  const ended = ({ progress: { phase } }: Look): boolean => phase === 'done' || phase === 'aborted';
  const end = await follower.until('the migration has ended', ended);
  if (end.progress.phase !== 'done' || readlinkSync(places.live) !== places.destination) {
    throw new LonghaulError(
      'BUG',
      `It ended as ${end.progress.phase}, ${places.live} was not switched`,
    );
  }
  narrator.tell(
    `${places.live} now leads to ${places.destination}: the users are at the new place.`,
  );
  return end;
}

export function resultOf({ narrator }: Play, end: Look, proofs: readonly Proof[]): DemoResult {
  const { rounds, totals, outageMs } = end.progress;
  return {
    entries: totals['seen'] ?? 0,
    rounds: rounds.at(-1)?.round.number ?? 0,
    outageMs,
    elapsedMs: narrator.elapsedMs(),
    proofs,
  };
}
