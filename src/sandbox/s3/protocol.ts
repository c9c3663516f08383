/** The S3 calls that reports and manifests need, path style: get, put, head and delete an object, list a prefix. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createHash } from 'node:crypto';
import type { Reply, Request } from '../wire/http.ts';
import type { Places } from '../world/places.ts';

export function answerS3(places: Places, request: Request): Reply {
  const [, bucket = '', ...rest] = request.path.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (key === '')
    return request.method === 'GET' ? listObjects(places, bucket, request.query) : { status: 200 };
  const file = places.s3(bucket, key);
  switch (request.method) {
    case 'PUT':
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, unchunk(request));
      return { status: 200, headers: { etag: etag(file) } };
    case 'DELETE':
      rmSync(file, { force: true });
      return { status: 204 };
    default:
      if (!existsSync(file)) return error(404, 'NoSuchKey', 'The specified key does not exist.');
      return {
        status: 200,
        headers: { etag: etag(file), 'content-type': 'application/octet-stream' },
        body: request.method === 'HEAD' ? '' : readFileSync(file),
      };
  }
}

/** Newer SDKs send bodies in signed or unsigned chunks with a trailing checksum. */
function unchunk({ headers, body }: Request): Buffer {
  if (!String(headers['x-amz-content-sha256']).startsWith('STREAMING-')) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf('\r\n', at);
    const size = parseInt(body.subarray(at, end).toString(), 16);
    if (!(size > 0)) break;
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

function listObjects(places: Places, bucket: string, query: URLSearchParams): Reply {
  const root = places.s3(bucket, '');
  const prefix = query.get('prefix') ?? '';
  const keys = filesBelow(root)
    .map((file) => relative(root, file))
    .filter((key) => key.startsWith(prefix))
    .sort();
  const contents = keys
    .map((key) => {
      const stat = statSync(join(root, key));
      return `<Contents><Key>${escape(key)}</Key><LastModified>${stat.mtime.toISOString()}</LastModified><ETag>${escape(etag(join(root, key)))}</ETag><Size>${stat.size}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    })
    .join('');
  return xml(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${escape(bucket)}</Name><Prefix>${escape(prefix)}</Prefix><KeyCount>${keys.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`,
  );
}

function filesBelow(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const etag = (file: string): string =>
  `"${createHash('md5').update(readFileSync(file)).digest('hex')}"`;

function error(status: number, code: string, message: string): Reply {
  return xml(status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function xml(status: number, body: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
