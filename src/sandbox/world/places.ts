/**
 * Directories behind the servers, file systems and buckets of the sandbox: below one root, or given by the
 * operator.
 *
 *   <root>/nfs/<host>/<export path>      what an NFS server exports
 *   <root>/efs/<file system id>          an EFS file system
 *   <root>/s3/<bucket>/<key>             a bucket
 */
import { mkdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { invalidRequest } from '../wire/service-error.ts';

export interface Places {
  /** `exports` of the options may map 'host:/path' to a directory elsewhere. */
  nfs(host: string, subdirectory: string): string;
  efs(fileSystemId: string, subdirectory: string): string;
  s3(bucket: string, key: string): string;
}

export function placesBelow(root: string, exports: Readonly<Record<string, string>> = {}): Places {
  return {
    nfs(host, subdirectory) {
      const mapped = Object.entries(exports)
        .filter(([exported]) => covers(exported, host, subdirectory))
        .sort(([a], [b]) => b.length - a.length)[0];
      if (!mapped) return beneath(join(root, 'nfs', host), subdirectory);
      const [exported, directory] = mapped;
      return beneath(directory, subdirectory.slice(exported.length - host.length - 1));
    },
    efs(fileSystemId, subdirectory) {
      const base = join(root, 'efs', fileSystemId);
      mkdirSync(base, { recursive: true });
      return beneath(base, subdirectory);
    },
    s3: (bucket, key) => beneath(join(root, 's3', bucket), key),
  };
}

function covers(exported: string, host: string, subdirectory: string): boolean {
  const path = exported.slice(host.length + 1).replace(/\/$/, '');
  return (
    exported.startsWith(`${host}:`) &&
    (subdirectory === path || subdirectory.startsWith(`${path}/`))
  );
}

/** Joins a path to `base`; '..' cannot leave `base`. */
function beneath(base: string, path: string): string {
  const full = resolve(base, `.${sep}${path}`);
  if (full !== resolve(base) && !full.startsWith(resolve(base) + sep)) {
    throw invalidRequest(`Invalid path: ${path}`);
  }
  return full;
}
