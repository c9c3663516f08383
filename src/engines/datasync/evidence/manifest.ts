/** Manifests: CSV lists of files in the bucket, for executions that copy only those files. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { awsAnswer } from '../../../aws/failures.ts';
import { rawToBytes, type RawPath } from '../../../paths.ts';

/** Source: user guide, "Transferring with a manifest". */
const MAX_PATH_BYTES = 1_024;

/** Returns true when a manifest can name the path: it is valid UTF-8 and short enough. */
export function fitsManifest(path: RawPath): boolean {
  return path.length + 1 <= MAX_PATH_BYTES && textOf(path) !== undefined;
}

export function manifestText(paths: readonly RawPath[]): string {
  return paths.map((path) => `${csvField(`/${textOf(path) ?? ''}`)}\n`).join('');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export async function putManifest(
  s3: S3Client,
  { bucket: Bucket, key: Key }: { readonly bucket: string; readonly key: string },
  paths: readonly RawPath[],
): Promise<void> {
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
