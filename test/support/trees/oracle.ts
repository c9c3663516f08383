/**
 * The independent judge of two trees: Debian's rsync, which knows nothing of longhaul. A dry run
 * with checksums, metadata, ACLs, extended attributes, hard links and deletions must find nothing to do.
 */
import { execFileSync } from 'node:child_process';

export interface OracleOptions {
  /** Patterns rsync leaves out on both sides. */
  readonly excludes?: readonly string[];
  /** 'seconds' for a source seen through SFTP, which carries no finer times. */
  readonly times?: 'nanoseconds' | 'seconds';
}

/** One line an entry that differs; empty when the trees are the same. Throws when rsync cannot tell. */
export function differences(
  source: string,
  destination: string,
  options: OracleOptions = {},
): string[] {
  const window = options.times === 'seconds' ? '0' : '-1'; // -1: nanoseconds count (rsync(1))
  const excludes = (options.excludes ?? []).map((pattern) => `--exclude=${pattern}`);
  const args = [
    '-aHAXnci',
    '--delete',
    `--modify-window=${window}`,
    ...excludes,
    `${source}/`,
    `${destination}/`,
  ];
  const output = execFileSync('rsync', args, {
    encoding: 'latin1',
    maxBuffer: 64 << 20,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return output.split('\n').filter((line) => line !== '');
}

/** Fails with the first differences when rsync would change anything. */
export function expectSameTree(
  source: string,
  destination: string,
  options: OracleOptions = {},
): void {
  const found = differences(source, destination, options);
  if (found.length === 0) return;
  const shown = found.slice(0, 20).join('\n');
  throw new Error(
    `rsync finds ${found.length} differences from ${source} to ${destination}:\n${shown}`,
  );
}
