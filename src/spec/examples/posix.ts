/** The commented spec that `longhaul init` writes. It loads as it is once its paths exist. */

export interface ExamplePlaces {
  readonly name?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly stateDirectory?: string;
}

// eslint-disable-next-line max-lines-per-function -- a text that is written to a file as it stands
export function exampleSpec({
  name = 'acme',
  source = '/mnt/old',
  destination = '/mnt/new',
  stateDirectory = '/var/lib/longhaul',
}: ExamplePlaces = {}): string {
  const quoted = JSON.stringify;
  return `# A longhaul migration. Check it: longhaul check FILE. Then: longhaul assess FILE; it changes nothing.
# Lines that are commented out show the default or an example.
version: 1
name: ${name}                  # lower-case letters, digits and dashes; in every command from here on

source:
  path: ${quoted(source)}
  # marker: .longhaul-tree    # a file that must be there: proof that the right tree is mounted
destination:
  path: ${quoted(destination)}
  # limits: efs               # the assessment checks names, links and sizes against Amazon EFS
# What is done and decided. On a disk of its own, seen by every worker, outside both trees.
stateDirectory: ${quoted(stateDirectory)}

# link:
#   bandwidth: 50 Mbit/s      # what you give the migration; without it there is no limit, and no forecast
#   meanTimeBetweenDrops: 45m # chunks are made small enough for it
#   timeZone: Europe/Berlin   # of the calendar
#   calendar:                 # limits by time of day; the first that matches wins
#     - { days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00", bandwidth: 10 Mbit/s }

# chunks:                     # a chunk is what fails, waits and starts again by itself
#   maxEntries: 500000
#   maxBytes: 200 GiB

rounds:
  # first: 2026-12-01T20:00:00Z
  intervalStart: 24h          # between rounds at first; shrinks as the drift shrinks
  intervalFloor: 1h
  converged:                  # a round that finds no more than this is small enough to cut over
    maxEntries: 10000
    maxBytes: 5 GiB

# excludes:                   # as in .gitignore, from the root of the tree
#   - "*.tmp"
#   - /cache/
# defaultExcludes: true       # NFS silly-rename files, snapshot directories, lost+found
# specialFiles: except        # or copy: sockets, devices and pipes

deletes:
  when: final                 # final, every round, or never
  maxCount: 10000             # a chunk that would delete more is blocked, and deletes nothing
  maxPercent: 10
  # trash: { keepFor: 30d }   # moved aside, removed by a later delete-pass or longhaul empty-trash

verify:
  mode: copied                # copied: what a round copied is read back; full: everything is
  digest: sha256              # or blake3, which is faster

cutover:
  approval: required          # or automatic
  # window: { start: "2026-12-05T22:00:00Z", end: "2026-12-06T06:00:00Z" }
  # freeze: { command: [/usr/local/bin/stop-writers], timeout: 10m }
  # switch: { command: [/usr/local/bin/point-to-new], timeout: 10m }

# concurrency:
#   chunks: 8                 # at a time
#   threads: 2                # of a worker, for all its chunks
`;
}
