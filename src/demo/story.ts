/** The demo: a live tree moves over a bad link while it changes, and nothing is lost. Told in scenes. */
import { chmodSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { plural } from '../cli/render/table.ts';
import { LonghaulError } from '../errors.ts';
import { formatBytes, formatDuration, formatRate } from '../units.ts';
import type { Child } from './child.ts';
import { openFollower, type Follower, type Look } from './follow.ts';
import type { Narrator } from './narrator.ts';
import { type } from './operator.ts';
import { MIGRATION, writePaper } from './paper.ts';
import { prove, type Proof } from './proof.ts';
import { makeSourceTree, type SourceTree } from './source-tree.ts';
import { openLinkTo, openPlaces, openServer, startWorker, startWriter } from './stage.ts';
import type { Cleanup, Stage } from './stage.ts';

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
  /** Why there was no link; undefined when there was one. */
  readonly noLink?: string;
  readonly proofs: readonly Proof[];
}

/** What all scenes share. */
interface Play extends Stage {
  readonly tree: SourceTree;
  readonly follower: Follower;
  readonly cleanup: Cleanup;
  /** The source as the workers see it. */
  readonly seenAt: string;
}

/** Few enough that no chunk's deletes ever come near the cap. */
const changesPerSecond = (entries: number): number =>
  Math.min(15, Math.max(2, Math.round(entries / 1500)));
/** How long the bytes take at least at first, so that there is something to see and to cut. */
const SLOW_SECONDS = 14;
const CUT_MS = 5_000;
const BY = ['--by', 'operator'];

/** Plays it to its end; what it opened is in `cleanup`. Throws INTERRUPTED when the terminal's signal aborts. */
export async function playDemo(
  narrator: Narrator,
  options: DemoOptions,
  cleanup: Cleanup,
): Promise<{ readonly result: DemoResult; readonly stage: Stage }> {
  const { play, noLink } = await setTheStage(narrator, options, cleanup);
  const worker = await begin(play, options.entries);
  await cutTheLink(play);
  await killTheWorker(play, worker);
  await repair(play);
  const end = await cutOver(play);
  narrator.scene('Was anything lost?');
  const { places, seenAt, link } = play;
  const proofs = await prove(narrator, places, { seenAt, wholeSeconds: link !== undefined });
  const { rounds, totals, outageMs } = end.progress;
  const result: DemoResult = {
    entries: totals['seen'] ?? 0,
    rounds: rounds.at(-1)?.round.number ?? 0,
    outageMs,
    elapsedMs: narrator.elapsedMs(),
    ...(noLink === undefined ? {} : { noLink }),
    proofs,
  };
  return { result, stage: play };
}

async function setTheStage(
  narrator: Narrator,
  options: DemoOptions,
  cleanup: Cleanup,
): Promise<{ readonly play: Play; readonly noLink: string | undefined }> {
  narrator.scene('A tree that people work in, and a bad link to it');
  const places = openPlaces(cleanup);
  const opened = options.link
    ? await openLinkTo(places.source, narrator, cleanup)
    : 'none was wanted';
  const [link, noLink] = typeof opened === 'string' ? [undefined, opened] : [opened, undefined];
  const tree = makeSourceTree(places.source, options.entries, link === undefined);
  const rate = changesPerSecond(options.entries);
  startWriter(places, rate, cleanup);
  narrator.tell(
    `${places.source}: ${plural(tree.entries, 'entry', 'entries')}, ${formatBytes(tree.bytes)}. A process goes on working there, ${rate} changes a second.`,
  );
  if (link === undefined) {
    narrator.tell(`No link that can be cut: ${noLink}. Local directories show all the rest.`);
  } else {
    await link.slow(slowRate(tree), 1);
    narrator.tell(
      `${link.mountPoint}: the same tree over a link (sshfs through a proxy), for now at ${formatRate(slowRate(tree))}.`,
    );
  }
  narrator.scene('A Temporal server, a worker, and the migration');
  const { server, client } = await openServer(places, narrator, cleanup);
  narrator.tell(`Temporal serves at ${server.address}, for this demo alone (${server.how}).`);
  if (server.uiUrl !== undefined) narrator.tell(`Watch it in the Temporal UI: ${server.uiUrl}`);
  const follower = openFollower(client, MIGRATION, narrator);
  const seenAt = link?.mountPoint ?? places.source;
  const play = { narrator, places, link, server, client, follower, tree, cleanup, seenAt };
  return { play, noLink };
}

const slowRate = ({ bytes }: SourceTree): number => Math.ceil(bytes / SLOW_SECONDS);

/** Returns the worker that is at it. */
async function begin(play: Play, entries: number): Promise<Child> {
  const { narrator, places, link, tree, seenAt, follower } = play;
  const held = link === undefined ? { bytesPerSecond: slowRate(tree) } : {};
  writePaper(places, { seenAt, entries, ...held });
  await type(narrator, ['check', places.spec]);
  const worker = startWorker(play, 'worker-1', play.cleanup);
  await type(narrator, ['start', places.spec, ...BY]);
  await follower.until('a round copies', copies);
  return worker;
}

const copies = ({ running }: Look): boolean => running.some(({ step }) => step === 'copy');
const linkIsDown = ({ progress }: Look): boolean =>
  progress.conditions.some(({ name }) => name === 'link down');

async function cutTheLink({ narrator, link, follower }: Play): Promise<void> {
  if (link === undefined) return;
  narrator.scene('The link drops in the middle of a round');
  await link.cut();
  narrator.tell('It was cut: every read fails (EIO). longhaul parks all chunks and probes.');
  await follower.until('the drop is noticed', linkIsDown);
  await sleep(CUT_MS, undefined, { signal: narrator.terminal.signal }).catch(() => undefined);
  await link.restore();
  narrator.tell('It was mended. Nobody tells longhaul: its probe finds out.');
  await follower.until('it goes on', (look) => !linkIsDown(look));
}

async function killTheWorker({ narrator, ...play }: Play, worker: Child): Promise<void> {
  const { link, follower, cleanup } = play;
  narrator.scene('The worker is killed in the middle of a round');
  await follower.until('a round copies', copies);
  worker.kill('SIGKILL');
  await worker.ended;
  narrator.tell(
    `kill -9 ${worker.pid}. What it had finished is in journals; another one reads them.`,
  );
  startWorker({ narrator, ...play }, 'worker-2', cleanup);
  const { progress } = await follower.until('another one is at work', () => true);
  const done = progress.round?.done ?? 0;
  narrator.tell(
    'The other worker is there. The chunks of the dead one follow after its heartbeat.',
  );
  if (link === undefined) await type(narrator, ['set-bandwidth', MIGRATION, 'none', ...BY]);
  else await link.slow(0, 0);
  narrator.tell('Evening: others have left the link, it has its full rate from now on.');
  await follower.until('it gets on', ({ progress: { round } }) => (round?.done ?? 1e9) > done);
}

async function repair({ narrator, places, tree, follower }: Play): Promise<void> {
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

async function cutOver({ narrator, places, follower }: Play): Promise<Look> {
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
  if (end.progress.outageMs > 0) {
    narrator.tell(
      `The link was down for ${formatDuration(end.progress.outageMs)}; it cost no attempt.`,
    );
  }
  return end;
}
