/**
 * Lists every failure longhaul can name. `docs/errors.md` has a row for each code (a test compares them); the
 * retry policies of the workflows and the exit codes of the command line are derived from this table.
 */

/** What a failure means for the work: try again, wait for a person, look again later, or give up. */
export type FailureClass =
  | 'transient' // the link or a server is away; uses up no attempt
  | 'person' // stays until somebody changes something: the chunk is blocked
  | 'changed' // the source changed underneath: the next round takes it
  | 'guard' // longhaul refuses, to protect data
  | 'usage' // the command or the spec is wrong
  | 'bug'; // longhaul is wrong

export interface CodeFacts {
  readonly class: FailureClass;
  /** Exit code of the command line when this ends a command. */
  readonly exit: 0 | 1 | 2 | 3 | 4 | 5 | 130;
  /** What to do next, one sentence. */
  readonly hint: string;
}

export const CODES = {
  // transient
  LINK_DOWN: {
    class: 'transient',
    exit: 5,
    hint: 'Nothing to do: the work goes on by itself when the link is back.',
  },
  IO_ERROR: {
    class: 'transient',
    exit: 5,
    hint: 'Look at the mount and the kernel log if it persists; the work goes on by itself.',
  },
  BUSY: { class: 'transient', exit: 5, hint: 'Nothing to do: it is tried again.' },
  AGENT_OFFLINE: {
    class: 'transient',
    exit: 5,
    hint: 'Look at the agent and its link to AWS if it persists; the work goes on by itself.',
  },
  SERVER_UNREACHABLE: {
    class: 'transient',
    exit: 5,
    hint: 'Start one with: longhaul up --detach, or set TEMPORAL_ADDRESS.',
  },
  // needs a person
  TOOL_MISSING: {
    class: 'person',
    exit: 5,
    hint: 'Install Go 1.21 or newer and run the same command again, or put the program on PATH.',
  },
  PERMISSION_DENIED: {
    class: 'person',
    exit: 3,
    hint: 'Give the worker access, then: longhaul retry NAME. Or accept it: longhaul accept NAME PATH --reason "…".',
  },
  DISK_FULL: {
    class: 'person',
    exit: 3,
    hint: 'Free space or raise the quota on the destination, then: longhaul retry NAME.',
  },
  READ_ONLY: {
    class: 'person',
    exit: 3,
    hint: 'Mount the destination read-write, then: longhaul retry NAME.',
  },
  NAME_TOO_LONG: {
    class: 'person',
    exit: 3,
    hint: 'Rename it at the source, exclude it, or accept it as an exception.',
  },
  TOO_MANY_LINKS: {
    class: 'person',
    exit: 3,
    hint: 'The destination allows fewer hard links; accept it as an exception or split the group at the source.',
  },
  UNSUPPORTED: {
    class: 'person',
    exit: 3,
    hint: 'The destination cannot hold this; exclude it or accept it as an exception.',
  },
  SPECIAL_FILE: {
    class: 'person',
    exit: 3,
    hint: 'Set specialFiles in the spec, or accept it as an exception.',
  },
  CORRUPT_COPY: {
    class: 'person',
    exit: 3,
    hint: 'The copy differs though the source did not change. Check the destination storage, then: longhaul retry NAME.',
  },
  SOURCE_MISSING: {
    class: 'person',
    exit: 4,
    hint: 'Mount the source again; nothing is deleted meanwhile. Then: longhaul retry NAME.',
  },
  SOURCE_CHANGED_IDENTITY: {
    class: 'person',
    exit: 4,
    hint: 'This is not the tree the migration began with. Mount the right one, then: longhaul retry NAME.',
  },
  DESTINATION_MISSING: {
    class: 'person',
    exit: 4,
    hint: 'Mount the destination again, then: longhaul retry NAME.',
  },
  STUCK: {
    class: 'person',
    exit: 3,
    hint: 'The link answers, and yet this place fails each time. Read it by hand and look at the kernel log; mend it, exclude it or accept it, then: longhaul retry NAME.',
  },
  AWS_REFUSED: {
    class: 'person',
    exit: 3,
    hint: 'Mend the permission or the setting it names, then: longhaul retry NAME.',
  },
  EXECUTION_FAILED: {
    class: 'person',
    exit: 3,
    hint: 'DataSync failed several times in a way longhaul does not know. Read the execution in the console, then: longhaul retry NAME.',
  },
  CHUNK_TOO_BIG: {
    class: 'person',
    exit: 3,
    hint: 'Give the agent more memory, or name directories in chunks.roots, then: longhaul retry NAME.',
  },
  HOOK_FAILED: {
    class: 'person',
    exit: 3,
    hint: 'Run the hook by hand, read its output in the ledger, then: longhaul start-cutover NAME.',
  },
  // changed underneath
  CHANGED_WHILE_COPYING: {
    class: 'changed',
    exit: 3,
    hint: 'Nothing to do: the next round takes it.',
  },
  VANISHED: { class: 'changed', exit: 0, hint: 'Nothing to do: it was deleted at the source.' },
  // guards
  DELETE_REFUSED: {
    class: 'person',
    exit: 4,
    hint: 'Look at the list: longhaul chunks NAME --entries. Bring the entries back and: longhaul retry NAME. Or, when they are meant to go: longhaul allow-deletes NAME CHUNK --count N --reason "…".',
  },
  NOT_READY: {
    class: 'guard',
    exit: 4,
    hint: 'longhaul status NAME shows what holds it and what you can do now.',
  },
  FENCED: {
    class: 'transient',
    exit: 4,
    hint: 'Another worker has taken this chunk over; this one stops writing.',
  },
  LEDGER_BROKEN: {
    class: 'guard',
    exit: 4,
    hint: 'The ledger was altered after it was written. Compare it with a backup or an export.',
  },
  TREES_NOT_SEEN: {
    class: 'guard',
    exit: 4,
    hint: 'Mount the source, the destination and the state directory on this host.',
  },
  CATALOG_DAMAGED: {
    class: 'person',
    exit: 4,
    hint: 'A catalog block fails its checksum. Check the disk under the state directory, then: longhaul retry NAME.',
  },
  STATE_DAMAGED: {
    class: 'person',
    exit: 4,
    hint: 'A file in the state directory cannot be read. Check the disk under it, or restore it from a backup, then: longhaul retry NAME.',
  },
  NOT_CONFIRMED: {
    class: 'guard',
    exit: 4,
    hint: 'Type the name when it is asked for, or pass --yes.',
  },
  // usage
  USAGE: { class: 'usage', exit: 2, hint: 'See: longhaul help.' },
  SPEC_INVALID: { class: 'usage', exit: 2, hint: 'Mend the spec, then: longhaul check SPEC.' },
  NO_SUCH_MIGRATION: {
    class: 'usage',
    exit: 2,
    hint: 'longhaul list shows the migrations there are.',
  },
  SPEC_CHANGED: {
    class: 'usage',
    exit: 2,
    hint: 'A running migration keeps its spec: set what can be set with longhaul set-…, exclude or accept, or start another name.',
  },
  ALREADY_RUNNING: { class: 'usage', exit: 2, hint: 'longhaul status NAME shows it.' },
  // the rest
  INTERRUPTED: {
    class: 'transient',
    exit: 130,
    hint: 'Run the same command again: it goes on where it stopped.',
  },
  BUG: {
    class: 'bug',
    exit: 1,
    hint: 'This is a fault of longhaul. Please report it with the text above.',
  },
} as const satisfies Record<string, CodeFacts>;

export type Code = keyof typeof CODES;

/** Codes that no automatic retry can mend; the workflows' `nonRetryableErrorTypes`. */
export const NON_RETRYABLE_CODES: readonly Code[] = (Object.keys(CODES) as Code[]).filter(
  (code) => CODES[code].class !== 'transient',
);
