/** The demo of the POSIX engine: a tree in use is migrated over a bad link, in scenes, and nothing is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { plural, formatBytes, formatDuration, formatRate } from '../units.ts';
import type { Child } from './child.ts';
import { openFollower, type Look } from './follow.ts';
import type { Narrator } from './narrator.ts';
import { type } from './operator.ts';
import { MIGRATION, writePaper } from './paper.ts';
import { prove } from './proof.ts';
import {
  BY,
  changesPerSecond,
  copies,
  cutOver,
  repair,
  replaceWorker,
  resultOf,
  type DemoOptions,
  type Play,
  type Played,
} from './scenes.ts';
import { makeSourceTree, type SourceTree } from './source-tree.ts';
import { openLinkTo, openPlaces, openServer, startWorker, startWriter } from './stage.ts';
import type { Cleanup } from './cleanup.ts';

interface LinkPlay extends Play {
  /** The source as the workers see it. */
  readonly seenAt: string;
}

/** Minimum duration of the first copy, so that the link can be cut during it. */
const SLOW_SECONDS = 14;
const CUT_MS = 5_000;

/** Runs the demo; `cleanup` closes what it opened. Throws INTERRUPTED when the terminal's signal aborts. */
export async function playDemo(
  narrator: Narrator,
  options: DemoOptions,
  cleanup: Cleanup,
): Promise<Played> {
  const { play, noLink } = await setTheStage(narrator, options, cleanup);
  const worker = await begin(play, options.entries);
  await cutTheLink(play);
  await killTheWorker(play, worker);
  await repair(play);
  const end = await cutOver(play);
  if (end.progress.outageMs > 0) {
    const outage = formatDuration(end.progress.outageMs);
    narrator.tell(`The link was down for ${outage}; it cost no attempt.`);
  }
  narrator.scene('Was anything lost?');
  const { places, seenAt, link } = play;
  const proofs = await prove(narrator, places, { seenAt, wholeSeconds: link !== undefined });
  const result = { ...resultOf(play, end, proofs), ...(noLink === undefined ? {} : { noLink }) };
  return { result, stage: play };
}

async function setTheStage(
  narrator: Narrator,
  options: DemoOptions,
  cleanup: Cleanup,
): Promise<{ readonly play: LinkPlay; readonly noLink: string | undefined }> {
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
  const follower = openFollower(client, MIGRATION, narrator);
  const seenAt = link?.mountPoint ?? places.source;
  const play = { narrator, places, link, server, client, follower, tree, cleanup, seenAt };
  return { play, noLink };
}

const slowRate = ({ bytes }: SourceTree): number => Math.ceil(bytes / SLOW_SECONDS);

/** Starts the migration and returns its worker. */
async function begin(play: LinkPlay, entries: number): Promise<Child> {
  const { narrator, places, link, tree, seenAt, follower } = play;
  const held = link === undefined ? { bytesPerSecond: slowRate(tree) } : {};
  writePaper(places, { seenAt, entries, ...held });
  await type(narrator, ['check', places.spec]);
  const worker = startWorker(play, 'worker-1', play.cleanup);
  await type(narrator, ['start', places.spec, ...BY]);
  await follower.until('a round copies', copies);
  return worker;
}

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
  narrator.tell('The link was restored. longhaul is not notified: its probe detects it.');
  await follower.until('the migration continues', (look) => !linkIsDown(look));
}

async function killTheWorker(play: Play, worker: Child): Promise<void> {
  const { narrator, link, follower } = play;
  narrator.scene('The worker is killed in the middle of a round');
  await follower.until('a round copies', copies);
  await replaceWorker(play, worker);
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
