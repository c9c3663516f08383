/** The demo of the DataSync engine: from NFS behind agents to EFS, all of it simulated on this machine, with faults. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plural, formatBytes, formatRate } from '../units.ts';
import { isTerminal } from '../engines/datasync/executions/execution-end.ts';
import type { Child } from './child.ts';
import { openCloud, type Cloud, type Execution } from './cloud.ts';
import {
  AGENTS,
  cloudPlaces,
  EXPORT,
  FAULTS,
  TIME_SCALE,
  writeCloudPaper,
  type CloudPlaces,
} from './cloud-paper.ts';
import { proveCloud } from './cloud-proof.ts';
import { openFollower, type Look } from './follow.ts';
import type { Narrator } from './narrator.ts';
import { type } from './operator.ts';
import { MIGRATION, writeHooks } from './paper.ts';
import {
  BY,
  changesPerSecond,
  cutOver,
  repair,
  replaceWorker,
  resultOf,
  type DemoOptions,
  type Play,
  type Played,
} from './scenes.ts';
import { makeSourceTree, type SourceTree } from './source-tree.ts';
import type { Cleanup } from './cleanup.ts';
import { openPlaces, openServer, startWorker, startWriter } from './stage.ts';

interface CloudPlay extends Play {
  readonly cloud: Cloud;
}

/** Duration of the seed at the initial rate. */
const SLOW_SECONDS = 20;
/** Share of the rate that is left while others use the link. */
const DAYTIME = 1 / 20;

/** Runs the demo; `cleanup` closes what it opened. Throws INTERRUPTED when the terminal's signal aborts. */
export async function playCloudDemo(
  narrator: Narrator,
  { entries }: DemoOptions,
  cleanup: Cleanup,
): Promise<Played> {
  const { places, cloud, tree } = await setTheStage(narrator, entries, cleanup);
  const { play, worker } = await prepare(narrator, { places, cloud, tree, cleanup });
  await killTheWorker(play, worker);
  await goWrong(play);
  await repair(play);
  deleteOne(play);
  const end = await cutOver(play);
  narrator.scene('Was anything lost?');
  const proofs = await proveCloud(narrator, play.places, cloud);
  return { result: resultOf(play, end, proofs), stage: play };
}

interface Set {
  readonly places: CloudPlaces;
  readonly cloud: Cloud;
  readonly tree: SourceTree;
}

async function setTheStage(narrator: Narrator, entries: number, cleanup: Cleanup): Promise<Set> {
  narrator.scene('A tree behind an NFS server, two agents, and an AWS on this machine');
  const places = cloudPlaces(openPlaces(cleanup));
  const tree = makeSourceTree(places.source, entries, true);
  const rate = changesPerSecond(entries);
  startWriter(places, rate, cleanup);
  narrator.tell(
    `${places.source}: ${plural(tree.entries, 'entry', 'entries')}, ${formatBytes(tree.bytes)}. A process goes on working there, ${rate} changes a second.`,
  );
  narrator.tell(
    `It is what the NFS server ${EXPORT.server} exports; beside it stand the DataSync agents ${AGENTS.join(' and ')}. AWS is a sandbox that speaks its protocols and really moves the bytes; its time runs ${TIME_SCALE} times as fast.`,
  );
  narrator.tell('What shall go wrong is written down before, in faults.yaml:');
  writeFileSync(places.faults, FAULTS);
  narrator.quote(FAULTS.trimEnd());
  const cloud = await openCloud(places, narrator, cleanup);
  narrator.tell(`DataSync, EFS and S3 answer at ${cloud.endpoint}.`);
  writeCloudPaper(places, entries, slowRate(tree));
  return { places, cloud, tree };
}

/** Bytes per second of sandbox time. */
const slowRate = ({ bytes }: SourceTree): number => bytes / SLOW_SECONDS / TIME_SCALE;

async function prepare(
  narrator: Narrator,
  { places: before, cloud, tree, cleanup }: Set & { readonly cleanup: Cleanup },
): Promise<{ readonly play: CloudPlay; readonly worker: Child }> {
  narrator.scene('Before the first byte');
  await type(narrator, ['check', before.spec]);
  await type(narrator, ['assess', before.spec], { shorter: untilBlankLine });
  narrator.tell(
    'For each of them it says what to do. Then what is missing, first without making it:',
  );
  await type(narrator, ['provision', before.spec]);
  const { server, client } = await openServer(before, narrator, cleanup);
  const worker = startWorker({ places: before, link: undefined }, 'worker-1', cleanup);
  await type(narrator, ['provision', before.spec, '--apply']);
  const places = { ...before, destination: await cloud.fileSystem() };
  writeHooks(places);
  narrator.tell(`${places.destination} stands for the new file system.`);
  const follower = openFollower(client, MIGRATION, narrator, () => cloud.news());
  const play = {
    narrator,
    places,
    link: undefined,
    cloud,
    server,
    client,
    follower,
    tree,
    cleanup,
  };
  return { play, worker };
}

const untilBlankLine = (text: string): string => text.split('\n\n')[0] ?? '';

async function killTheWorker(play: CloudPlay, worker: Child): Promise<void> {
  const { narrator, places, cloud, tree, follower } = play;
  narrator.scene('The worker is killed while executions run');
  await type(narrator, ['start', places.spec, ...BY]);
  const held = await transferring(play);
  const daytime = Math.ceil(slowRate(tree) * DAYTIME);
  narrator.tell(
    `Daytime: others need the link. Executions that run have to share ${formatRate(daytime)} from now on.`,
  );
  await type(narrator, ['set-bandwidth', MIGRATION, `${daytime} B/s`, ...BY]);
  await replaceWorker(play, worker);
  narrator.tell(
    `AWS knows nothing of that: ${held.id} of chunk ${held.chunk} is ${await statusOf(cloud, held)}.`,
  );
  const isOver = async (): Promise<boolean> => isTerminal(await statusOf(cloud, held));
  const missed = ({ running }: Look): boolean =>
    running.some(({ chunk, attempt = 1 }) => chunk === held.chunk && attempt > 1);
  // The agent may go offline before that.
  const isTakenOver = async (look: Look): Promise<boolean> => missed(look) || (await isOver());
  await follower.until('the heartbeat of the dead worker is missed', isTakenOver);
  narrator.tell('Evening: others have left the link.');
  await type(narrator, ['set-bandwidth', MIGRATION, 'none', ...BY]);
  await follower.until('the execution has ended', isOver);
  const ofChunk = (await cloud.executions()).filter(({ chunk }) => chunk === held.chunk);
  narrator.tell(
    `${held.id} is over. The other worker found it by its tag and took it over: ${plural(ofChunk.length, 'execution')} of chunk ${held.chunk} in all.`,
  );
}

/** Waits until an execution transfers bytes, and returns it. */
async function transferring({ cloud, follower }: CloudPlay): Promise<Execution> {
  let found: Execution | undefined;
  await follower.until('an execution transfers', async () => {
    const all = await cloud.executions();
    found = all.find(({ described: { Status } }) => Status === 'TRANSFERRING');
    return found !== undefined;
  });
  return found!;
}

async function statusOf(cloud: Cloud, { arn }: Execution): Promise<string> {
  return (await cloud.executions()).find((one) => one.arn === arn)?.described.Status ?? 'unknown';
}

async function goWrong({ narrator, cloud, follower }: CloudPlay): Promise<void> {
  narrator.scene('What was written down goes wrong');
  narrator.tell(
    'The answer to the second start was lost: longhaul looked for its tag, found it, and did not start it again.',
  );
  const failed = (code: string) => async (): Promise<boolean> =>
    (await cloud.executions()).some(({ described: { Result } }) => Result?.ErrorCode === code);
  await follower.until('an agent is away', failed('AgentOffline'));
  narrator.tell(
    'Nothing was heard of an agent for five minutes, and its execution ended. The other agent does its work meanwhile; the time counts as an outage, and costs no attempt.',
  );
  await follower.until('it is back', async () => (await cloud.offlineAgents()).length === 0);
  narrator.tell('It is back. longhaul is not notified: its probe detects it.');
  await follower.until('an execution hangs', () => cloud.struck(/stuck in LAUNCHING/));
  narrator.tell(
    'It would stay there for ever, and everything behind it on its agent. The agent answers, so after aws.launchTimeout the watchdog cancels it and starts another.',
  );
  await follower.until('the watchdog has cancelled it', failed('Cancelled'));
  narrator.tell('It was cancelled.');
}

function deleteOne({ narrator, places }: CloudPlay): void {
  const folder = join(places.source, 'team-1/project-1');
  const name = readdirSync(folder).find((one) => /^(draft|invoice)/.test(one));
  narrator.typed(`rm '${join(folder, name!)}'`);
  rmSync(join(folder, name!));
  narrator.tell('A user deletes a file. It stays at the destination until the last round.');
}
