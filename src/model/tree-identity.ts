/** Distinguishes one tree from another. Stored as JSON when a migration starts. */
export interface TreeIdentity {
  /** Such as 'ext4', 'nfs4' or 'fuse.sshfs'. */
  readonly fsType: string;
  /** Mounted device or export: '/dev/sdb1', 'server:/export'. */
  readonly mountSource: string;
  /** 'major:minor'. */
  readonly device: string;
  readonly rootInode: string;
  readonly hasEntries: boolean;
}
