/** Manifests: a CSV of paths in S3; only these are transferred and verified. */
import { readFileSync } from 'node:fs';
import { invalidRequest } from '../wire/service-error.ts';
import type { Scope } from './filters.ts';
import type { World } from '../world/datasync.ts';

interface ManifestConfig {
  readonly Source?: {
    readonly S3?: { readonly S3BucketArn: string; readonly ManifestObjectPath: string };
  };
}

export function manifestScope(world: World, config: unknown): Scope | undefined {
  const s3 = (config as ManifestConfig | undefined)?.Source?.S3;
  if (!s3) return undefined;
  const bucket = s3.S3BucketArn.split(':').at(-1) ?? '';
  const text = read(world.places.s3(bucket, s3.ManifestObjectPath));
  const paths = new Set(text.split(/\r?\n/).filter(Boolean).map(firstField));
  return (path) => paths.has(path);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    throw invalidRequest('Manifest object not found.', 'ManifestNotFound');
  }
}

/** Parses the first field of a CSV line; in a quoted field, quotes are doubled. */
function firstField(line: string): string {
  const field = line.startsWith('"')
    ? (/^"((?:[^"]|"")*)"/.exec(line)?.[1] ?? '').replaceAll('""', '"')
    : (line.split(',')[0] ?? '');
  return field.startsWith('/') ? field : `/${field}`;
}
