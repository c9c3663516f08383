/** Entries of a catalog or manifest; the format is described in catalog/writer.ts. */
import type { RawPath } from '../paths.ts';

export type EntryKind =
  'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'character device' | 'block device';

/** One name in one directory. Times may lie before 1970 (negative seconds). */
export interface Entry {
  readonly name: RawPath;
  /** st_mode with its type bits. */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly ctimeSeconds: number;
  readonly ctimeNanoseconds: number;
  readonly inode: bigint;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  /** In a manifest: result of the scan. In a catalog: result of the last round. */
  readonly status: EntryStatus;
  /** Content digest (files: of the bytes, symlinks: of the target) once copied. 32 bytes. */
  readonly digest?: Uint8Array;
}

/** One byte in the file; the order is frozen. */
export const ENTRY_STATUSES = [
  'seen', // manifest: listed and stat'ed
  'verified', // copied, read back, equal
  'unverified', // copied, not read back yet
  'drifted', // changed while it was copied; the next round takes it
  'blocked', // needs an operator
  'excepted', // accepted as not migrated
  'excluded', // excluded by a rule; a directory stands for its subtree
  'awaiting delete', // gone at the source, still at the destination
  'vanished', // gone at the source before it was copied
  'unreadable', // manifest: listed, but stat or readdir failed
] as const;
export type EntryStatus = (typeof ENTRY_STATUSES)[number];

/** One directory: its own path and its entries, sorted bytewise by name. */
export interface DirectoryBlock {
  readonly path: RawPath;
  /** True if it was listed completely: only then may entries in it be deleted. */
  readonly complete: boolean;
  readonly entries: readonly Entry[];
}
