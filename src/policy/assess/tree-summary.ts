/** What a scan of a whole tree found, as the assessment reads it. */
import type { RawPath } from '../../paths.ts';

export interface PathCount {
  readonly path: RawPath;
  /** Bytes, entries, links or levels, as the list says. */
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
  /** Sum of the file sizes, each name of a hard-linked file counted. */
  readonly bytes: number;
  /** Files by size: those of at most `upTo` bytes and above the row before; null = no upper bound. */
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
    /** Size less what is allocated. */
    readonly holeBytes: number;
    readonly samples: readonly RawPath[];
  };
  readonly hardLinks: {
    readonly groups: number;
    readonly names: number;
    /** Those with the most links. */
    readonly samples: readonly HardLinkGroup[];
  };
  readonly excluded: number;
  /** Mounted below the tree: not entered. */
  readonly otherFileSystems?: readonly RawPath[];
  readonly notUtf8?: { readonly count: number; readonly samples: readonly RawPath[] };
  /** Files whose status changed (ctime) after `since`: what an hour, a day, an earlier scan ago meant. */
  readonly changed?: { readonly since: string; readonly files: number; readonly bytes: number };
}
