/** The commented spec that `longhaul init --engine datasync` writes. */
import type { ExamplePlaces } from './posix.ts';

// eslint-disable-next-line max-lines-per-function -- a text that is written to a file as it stands
export function exampleDataSyncSpec({
  name = 'acme',
  stateDirectory = '/var/lib/longhaul',
}: ExamplePlaces = {}): string {
  return `# A longhaul migration by AWS DataSync, from an NFS server behind agents to Amazon EFS.
# Check it: longhaul check FILE. Then: longhaul assess FILE; it changes nothing.
# Lines that are commented out show the default or an example.
version: 1
name: ${name}                  # lower-case letters, digits and dashes; in every command from here on
engine: datasync

source:
  kind: nfs
  server: files.example.com   # as the agents reach it
  export: /srv/data
  # version: automatic        # or nfs3, nfs4.0, nfs4.1
  agents: [site-a-1]          # by name or ARN; each runs one execution at a time
  # path: /mnt/old            # where workers see the same tree mounted, if they do: plans chunks by it
destination:
  kind: efs
  # fileSystem: fs-0123456789abcdef0  # one that is there, instead of create:
  create:                     # by longhaul provision; always encrypted
    throughput: elastic
    # kmsKey: arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000
    # backup: true
    # infrequentAccessAfterDays: 30
  # directory: /
  # accessPoint: fsap-0123456789abcdef0
  # The role DataSync mounts with; with create: it is needed, as the new file system has a policy.
  accessRole: arn:aws:iam::123456789012:role/datasync-efs
  subnets: [subnet-0a1b2c3d]  # DataSync works from the first; a mount target in each
  securityGroups: [sg-0a1b2c3d]
# What is done and decided. On a disk of its own, seen by every worker.
stateDirectory: ${JSON.stringify(stateDirectory)}

aws:
  region: eu-central-1
  account: "123456789012"
  reports:                    # DataSync's reports, and manifests for repairs
    bucket: acme-migration-reports
    # prefix: longhaul
    writeRole: arn:aws:iam::123456789012:role/datasync-reports
    # readRole: arn:aws:iam::123456789012:role/datasync-manifests
  # s3Locations:              # for tasks of your own: made and removed with the rest, and used by no round
  #   - { bucket: acme-archive, prefix: archive, storageClass: deep-archive, accessRole: "arn:aws:iam::123456789012:role/datasync-archive" }
  # layout: auto              # task-per-chunk, or pool: a few tasks, chunks by filter
  # taskQuota: 100
  # agentMemoryGiB: 32
  # vpcEndpoint: { id: vpce-0123456789abcdef0, subnet: subnet-0a1b2c3d, securityGroup: sg-0a1b2c3d }
  # logGroup: arn:aws:logs:eu-central-1:123456789012:log-group:/datasync/acme
  # tags: { owner: storage }
  # removeWithFilters: false  # true once a pilot has shown that REMOVE leaves alone what filters leave out
  # pollInterval: 30s
  # launchTimeout: 15m
  # endpoints: { datasync: "http://127.0.0.1:4566", efs: "http://127.0.0.1:4566", s3: "http://127.0.0.1:4566" }

# chunks:
#   roots: [projects/alpha, home]  # without source.path: directories that become chunks; the rest is one more

${ROUNDS}`;
}

const ROUNDS = `link:
  bandwidth: 50 Mbit/s        # shared by all running executions; or leave it out for no limit
  # meanTimeBetweenDrops: 45m

rounds:
  intervalStart: 24h
  intervalFloor: 1h

deletes:
  when: final                 # final, every round, or never
  maxCount: 10000
  maxPercent: 10

cutover:
  approval: required          # or automatic
  # freeze: { command: [/usr/local/bin/stop-writers], timeout: 10m }
  # switch: { command: [/usr/local/bin/point-to-new], timeout: 10m }
`;
