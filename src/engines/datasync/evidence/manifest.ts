/** Manifests: CSV of files in the bucket, for runs that copy just those. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { awsAnswer } from '../../../aws/failures.ts';
import { rawToBytes, type RawPath } from '../../../paths.ts';

/** Of a path in a manifest, in bytes. Source: user guide, "Transferring with a manifest". */
const MOST_BYTES = 1_024;

/** Whether DataSync can be told the path in a manifest. */
export function fitsManifest(path: RawPath): boolean {
  return path.length + 1 <= MOST_BYTES && textOf(path) !== undefined;
}

export function manifestText(paths: readonly RawPath[]): string {
  return paths.map((path) => `${field(`/${textOf(path) ?? ''}`)}\n`).join('');
}

/** A comma, a quote or a line break wants quotes. */
function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export async function putManifest(
  s3: S3Client,
  place: { readonly bucket: string; readonly key: string },
  paths: readonly RawPath[],
): Promise<void> {
  const { bucket: Bucket, key: Key } = place;
  try {
    await s3.send(
      new PutObjectCommand({ Bucket, Key, Body: manifestText(paths), ContentType: 'text/csv' }),
    );
  } catch (error) {
    throw awsAnswer('PutObject', error);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(path: RawPath): string | undefined {
  try {
    return utf8.decode(rawToBytes(path));
  } catch {
    return undefined;
  }
}
