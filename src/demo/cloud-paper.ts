/** The files of the DataSync demo: the spec and the fault script. */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { MIGRATION, roundsText, type Places } from './paper.ts';
import { TEAMS } from './source-tree.ts';

export interface CloudPlaces extends Places {
  /** The sandbox's root: file systems and buckets. */
  readonly cloud: string;
  readonly faults: string;
  /** File with the environment variables that direct AWS clients to the sandbox. */
  readonly environment: string;
  readonly sandboxLog: string;
}

export const ACCOUNT = '111122223333';
export const REGION = 'eu-central-1';
export const BUCKET = 'demo-evidence';
export const EXPORT = { server: 'files.example', path: '/srv/data' } as const;
export const AGENTS = ['site-a', 'site-b'] as const;
/** A minute of the sandbox passes in a quarter of a second. */
export const TIME_SCALE = 240;

/** Faults are tied to executions and calls, not to times, so that the demo is the same on every machine. */
export const FAULTS = `faults:
  - call: StartTaskExecution     # the second execution is started, and nobody hears of it
    nth: 2
    reply: lost
  - execution: 4                 # an agent is away in the middle of a transfer
    offline: 15m
    in: TRANSFERRING
  - call: DescribeTaskExecution  # too many calls, says AWS
    nth: 60
    reply: throttled
  - call: StartTaskExecution
    nth: 8
    reply: throttled
  - execution: 9                 # never leaves LAUNCHING by itself
    stuck: true
`;

export function cloudPlaces(places: Places): CloudPlaces {
  const at = (name: string): string => join(places.room, name);
  return {
    ...places,
    cloud: at('cloud'),
    faults: at('faults.yaml'),
    environment: at('sandbox.env'),
    sandboxLog: at('sandbox.log'),
  };
}

/** Writes the spec. `bytesPerSecond` is in sandbox time. */
export function writeCloudPaper(
  places: CloudPlaces,
  entries: number,
  bytesPerSecond: number,
): void {
  writeFileSync(places.spec, cloudSpec(places, entries, bytesPerSecond));
}

/** Poll intervals and timeouts are in real time: what takes minutes in AWS takes seconds here. */
function cloudSpec(places: CloudPlaces, entries: number, bytesPerSecond: number): string {
  const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
  const roots = Array.from({ length: TEAMS }, (_, team) => `team-${team}`).join(', ');
  return `version: 1
name: ${MIGRATION}
engine: datasync
source: { kind: nfs, server: ${EXPORT.server}, export: ${EXPORT.path}, agents: [${AGENTS.join(', ')}] }
destination:
  kind: efs
  create: {}
  accessRole: ${role('datasync-efs')}
  subnets: [subnet-0a1b2c3d]
  securityGroups: [sg-0a1b2c3d]
stateDirectory: ${JSON.stringify(places.state)}
aws:
  region: ${REGION}
  account: "${ACCOUNT}"
  reports: { bucket: ${BUCKET}, writeRole: "${role('datasync-reports')}" }
  pollInterval: 250ms
  launchTimeout: 6s
chunks: { roots: [${roots}] }
link: { bandwidth: ${Math.ceil(bytesPerSecond)} B/s }
${roundsText(places, entries)}timing: { heartbeatTimeout: 5s, probeInterval: 1s, probeIntervalMax: 2s }
`;
}
