/** Summary of a scanned tree, the input of the assessment. */
import type { RawPath } from '../../paths.ts';

export interface PathCount {
  readonly path: RawPath;
  /** Bytes, entries, links or levels, depending on the list. */
  readonly count: number;
}

export interface HardLinkGroup {
  /** st_nlink. */
  readonly links: number;
  readonly sizeBytes: number;
  readonly paths: readonly RawPath[];
}

export interface TreeSummary {
  readonly scannedAt: string;
  readonly elapsedMs: number;
  readonly entries: number;
  readonly directories: number;
  readonly files: number;
  readonly symlinks: number;
  /** Sum of the file sizes; a file counts once per hard link. */
  readonly bytes: number;
  /** Files by size: above the previous row and up to `upTo` bytes; null = no upper bound. */
  readonly histogram: readonly {
    readonly upTo: number | null;
    readonly files: number;
    readonly bytes: number;
  }[];
  readonly deepest: readonly PathCount[];
  readonly widest: readonly PathCount[];
  readonly longestNames: readonly PathCount[];
  readonly longestPaths: readonly PathCount[];
  readonly longestLinkTargets: readonly PathCount[];
  readonly largestFiles: readonly PathCount[];
  readonly unreadable: {
    readonly count: number;
    readonly samples: readonly { readonly path: RawPath; readonly because: string }[];
  };
  readonly special: {
    readonly count: number;
    readonly samples: readonly { readonly path: RawPath; readonly kind: string }[];
  };
  readonly sparse: {
    readonly count: number;
    /** Size less allocated size. */
    readonly holeBytes: number;
    readonly samples: readonly RawPath[];
  };
  readonly hardLinks: {
    readonly groups: number;
    readonly names: number;
    /** The groups with the most links. */
    readonly samples: readonly HardLinkGroup[];
  };
  readonly excluded: number;
  /** Mount points below the tree, which are not entered. */
  readonly otherFileSystems?: readonly RawPath[];
  readonly notUtf8?: { readonly count: number; readonly samples: readonly RawPath[] };
  /** Files whose ctime is after `since`. */
  readonly changed?: { readonly since: string; readonly files: number; readonly bytes: number };
}
