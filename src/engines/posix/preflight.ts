/** Checks of source and destination before anything is written, each with its fix. */
import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { posixSpec } from '../../spec/kinds.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import { formatBytes } from '../../units.ts';
import type { PreflightCheck } from '../../model/preflight.ts';

export function preflight(spec: MigrationSpec): readonly PreflightCheck[] {
  const { source, destination } = posixSpec(spec);
  return [
    readable(
      'source',
      source.path,
      constants.R_OK | constants.X_OK,
      'Mount the source and give the worker read access.',
    ),
    readable(
      'destination',
      destination.path,
      constants.R_OK | constants.W_OK | constants.X_OK,
      'Mount the destination read-write.',
    ),
    asRoot(),
    freeSpace(destination.path),
    apart(source.path, destination.path),
  ];
}

function readable(name: string, path: string, mode: number, fix: string): PreflightCheck {
  try {
    accessSync(path, mode);
    return { name: `${name} is there`, ok: statSync(path).isDirectory(), found: path, fix };
  } catch (error) {
    return { name: `${name} is there`, ok: false, found: (error as Error).message, fix };
  }
}

function asRoot(): PreflightCheck {
  const uid = process.getuid?.();
  return {
    name: 'owners can be kept',
    ok: uid === 0,
    found: uid === 0 ? 'running as root' : `running as uid ${uid ?? 'unknown'}`,
    fix: 'Run the worker as root: only root may give files to other users.',
  };
}

function freeSpace(path: string): PreflightCheck {
  try {
    const { bavail, bsize } = statfsSync(path);
    return {
      name: 'free space',
      ok: bavail > 0,
      found: `${formatBytes(bavail * bsize)} free`,
      fix: 'Free space at the destination.',
    };
  } catch (error) {
    return {
      name: 'free space',
      ok: false,
      found: (error as Error).message,
      fix: 'Mount the destination.',
    };
  }
}

function apart(source: string, destination: string): PreflightCheck {
  const [a, b] = [source, destination].map((path) => statSync(path, { throwIfNoEntry: false }));
  const same = a !== undefined && a.dev === b?.dev && a.ino === b.ino;
  return {
    name: 'two trees',
    ok: !same,
    found: same ? 'the same directory' : 'different directories',
    fix: 'Name two directories.',
  };
}
