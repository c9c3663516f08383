/**
 * The table of failure codes. `docs/errors.md` has a row for each code, which a test compares. The retry
 * policies of the workflows and the exit codes of the command line are derived from this table.
 */

/** Consequence of a failure for the work that met it. */
export type FailureClass =
  | 'transient' // the link or a server is unreachable: retried without using up an attempt
  | 'person' // needs an operator: the chunk is blocked
  | 'changed' // the source changed in the meantime: left to the next round
  | 'guard' // longhaul refuses, to protect data
  | 'usage' // the command, the environment or the spec is wrong
  | 'bug'; // a defect of longhaul

export interface CodeFacts {
  readonly class: FailureClass;
  /** Exit code of a command that ends with this failure. */
  readonly exit: 0 | 1 | 2 | 3 | 4 | 5 | 130;
  /** Tells the operator what to do next. NAME stands for the migration. */
  readonly hint: string;
}

export const CODES = {
  // transient
  LINK_DOWN: {
    class: 'transient',
    exit: 5,
    hint: 'Nothing to do: the work continues automatically when the link is back.',
  },
  IO_ERROR: {
    class: 'transient',
    exit: 5,
    hint: 'If it persists, check the mount and the kernel log; the work continues automatically.',
  },
  BUSY: { class: 'transient', exit: 5, hint: 'Nothing to do: it is retried automatically.' },
  AGENT_OFFLINE: {
    class: 'transient',
    exit: 5,
    hint: 'If it persists, check the agent and its link to AWS; the work continues automatically.',
  },
  SERVER_UNREACHABLE: {
    class: 'transient',
    exit: 5,
    hint: 'Start one with: longhaul up --detach, or set TEMPORAL_ADDRESS.',
  },
  // needs an operator
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
    hint: 'Rename it in the source, exclude it, or accept it as an exception.',
  },
  TOO_MANY_LINKS: {
    class: 'person',
    exit: 3,
    hint: 'The destination allows fewer hard links: split the group in the source, or accept it as an exception.',
  },
  UNSUPPORTED: {
    class: 'person',
    exit: 3,
    hint: 'The destination cannot store this: exclude it, or accept it as an exception.',
  },
  SPECIAL_FILE: {
    class: 'person',
    exit: 3,
    hint: 'Set specialFiles in the spec, or accept it as an exception.',
  },
  CORRUPT_COPY: {
    class: 'person',
    exit: 3,
    hint: 'The copy differs although the source did not change. Check the storage of the destination, then: longhaul retry NAME.',
  },
  SOURCE_MISSING: {
    class: 'person',
    exit: 4,
    hint: 'Mount the source again; nothing is deleted in the meantime. Then: longhaul retry NAME.',
  },
  SOURCE_CHANGED_IDENTITY: {
    class: 'person',
    exit: 4,
    hint: 'This is not the tree that the migration started with. Mount the right one, then: longhaul retry NAME.',
  },
  DESTINATION_MISSING: {
    class: 'person',
    exit: 4,
    hint: 'Mount the destination again, then: longhaul retry NAME.',
  },
  STUCK: {
    class: 'person',
    exit: 3,
    hint: 'The link works, but this entry fails every time. Read it by hand and check the kernel log; fix, exclude or accept it, then: longhaul retry NAME.',
  },
  AWS_REFUSED: {
    class: 'person',
    exit: 3,
    hint: 'Fix the permission or the setting that the message names, then: longhaul retry NAME.',
  },
  EXECUTION_FAILED: {
    class: 'person',
    exit: 3,
    hint: 'DataSync failed several times with an error that longhaul does not know. Check the execution in the AWS console, then: longhaul retry NAME.',
  },
  CHUNK_TOO_BIG: {
    class: 'person',
    exit: 3,
    hint: 'Give the agent more memory, or list directories in chunks.roots, then: longhaul retry NAME.',
  },
  HOOK_FAILED: {
    class: 'person',
    exit: 3,
    hint: 'Read the output of the hook in the ledger, run it by hand, then: longhaul start-cutover NAME.',
  },
  // changed in the meantime
  CHANGED_WHILE_COPYING: {
    class: 'changed',
    exit: 3,
    hint: 'Nothing to do: the next round copies it.',
  },
  VANISHED: { class: 'changed', exit: 0, hint: 'Nothing to do: it was deleted from the source.' },
  // guards
  DELETE_REFUSED: {
    class: 'person',
    exit: 4,
    hint: 'Review the list: longhaul chunks NAME --entries. If the entries should stay, restore them, then: longhaul retry NAME. If they should go: longhaul allow-deletes NAME CHUNK --count N --reason "…".',
  },
  NOT_READY: {
    class: 'guard',
    exit: 4,
    hint: 'longhaul status NAME shows what prevents it and what you can do now.',
  },
  FENCED: {
    class: 'transient',
    exit: 4,
    hint: 'Another worker has taken over this chunk; this one stops writing.',
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
    hint: 'A file in the state directory cannot be read. Check its disk, or restore it from a backup, then: longhaul retry NAME.',
  },
  NOT_CONFIRMED: {
    class: 'guard',
    exit: 4,
    hint: 'Type the name when asked, or pass --yes.',
  },
  // usage
  USAGE: { class: 'usage', exit: 2, hint: 'See: longhaul help.' },
  SPEC_INVALID: { class: 'usage', exit: 2, hint: 'Fix the spec, then: longhaul check SPEC.' },
  NO_SUCH_MIGRATION: {
    class: 'usage',
    exit: 2,
    hint: 'longhaul list shows all migrations.',
  },
  SPEC_CHANGED: {
    class: 'usage',
    exit: 2,
    hint: 'A running migration keeps its spec. Change it with longhaul set-bandwidth, set-interval, exclude or accept, or start a migration of another name.',
  },
  ALREADY_RUNNING: { class: 'usage', exit: 2, hint: 'longhaul status NAME shows it.' },
  // the rest
  INTERRUPTED: {
    class: 'transient',
    exit: 130,
    hint: 'Run the same command again to continue.',
  },
  BUG: {
    class: 'bug',
    exit: 1,
    hint: 'This is a bug in longhaul. Please report it with the text above.',
  },
} as const satisfies Record<string, CodeFacts>;

export type Code = keyof typeof CODES;

/** Codes that an automatic retry cannot fix: `nonRetryableErrorTypes` of the workflows. */
export const NON_RETRYABLE_CODES: readonly Code[] = (Object.keys(CODES) as Code[]).filter(
  (code) => CODES[code].class !== 'transient',
);
