/** Resources of the demo: a folder, a changing tree, a link, a server and a worker. All of them end with the demo. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type LonghaulClient } from '../client/client.ts';
import { goTool } from '../temporal/go-tool.ts';
import { ensureServer, type Server } from '../temporal/server.ts';
import { TOXIPROXY } from '../temporal/tools.ts';
import type { Cleanup } from './cleanup.ts';
import { killed, startOwn, type Child } from './child.ts';
import type { Cloud } from './cloud.ts';
import { missingForLink, openLink, type Link } from './link/link.ts';
import type { Narrator } from './narrator.ts';
import { placesIn, type Places } from './paper.ts';
import { openRoom } from './room.ts';

export interface Stage {
  readonly narrator: Narrator;
  readonly places: Places;
  /** Undefined when a link is not wanted or not possible. */
  readonly link: Link | undefined;
  /** The simulated AWS, in the demo of the DataSync engine. */
  readonly cloud?: Cloud;
  readonly server: Server;
  readonly client: LonghaulClient;
}

/** Creates a folder with two empty trees, and directs this process to the demo's own servers only. */
export function openPlaces(cleanup: Cleanup): Places {
  const room = openRoom();
  cleanup.add(() => room.close());
  const places = placesIn(room.path);
  mkdirSync(places.source);
  mkdirSync(places.destination);
  symlinkSync(places.source, places.live);
  const noProfile = join(room.path, 'temporal.toml');
  writeFileSync(noProfile, '[profile.default]\n');
  for (const name of Object.keys(process.env)) {
    if (/^(TEMPORAL|AWS)_/.test(name)) delete process.env[name];
  }
  process.env['TEMPORAL_CONFIG_FILE'] = noProfile;
  process.env['LONGHAUL_STATE'] = places.state;
  process.env['XDG_STATE_HOME'] = join(room.path, 'home');
  return places;
}

/** Starts a process that keeps changing the source. */
export function startWriter(places: Places, changesPerSecond: number, cleanup: Cleanup): void {
  const args = [places.source, String(changesPerSecond), places.writing, places.frozen];
  const writer = startOwn('demo/writer.js', args, { log: join(places.room, 'writer.log') });
  cleanup.add(() => killed(writer));
}

/** Opens a link to the source; returns a reason as text when that is not possible. */
export async function openLinkTo(
  source: string,
  narrator: Narrator,
  cleanup: Cleanup,
): Promise<Link | string> {
  const missing = missingForLink();
  if (missing !== undefined) return missing;
  try {
    const onProgress = (message: string): void => narrator.terminal.say(message);
    const { signal } = narrator.terminal;
    const link = await openLink(source, await goTool(TOXIPROXY, { onProgress, signal }), {
      cacheSeconds: 1,
    });
    cleanup.add(() => link.close());
    return link;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Starts a durable server for the demo and connects to it. */
export async function openServer(
  { state }: Places,
  narrator: Narrator,
  cleanup: Cleanup,
): Promise<{ readonly server: Server; readonly client: LonghaulClient }> {
  const server = await ensureServer({
    stateDirectory: state,
    lifetime: 'with this process',
    onProgress: (message) => narrator.terminal.say(message),
    signal: narrator.terminal.signal,
  });
  cleanup.add(() => server.stop());
  const client = await connect({ stateDirectory: state });
  cleanup.add(() => client.close());
  narrator.tell(`Temporal serves at ${server.address}, for this demo alone (${server.how}).`);
  if (server.uiUrl !== undefined) narrator.tell(`Watch it in the Temporal UI: ${server.uiUrl}`);
  return { server, client };
}

/** Starts a worker; `name` is the name of its log file. */
export function startWorker(
  { places, link }: Pick<Stage, 'places' | 'link'>,
  name: string,
  cleanup: Cleanup,
): Child {
  const worker = startOwn('cli/main.js', ['worker', '--state', places.state], {
    log: join(places.room, `${name}.log`),
    // Over the link, permissions are checked at the far side; without one, root must lose its capabilities.
    likeOthers: link === undefined,
  });
  cleanup.add(() => killed(worker));
  return worker;
}
