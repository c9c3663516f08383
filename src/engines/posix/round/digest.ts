/**
 * Content digests: 32 bytes of SHA-256 or BLAKE3, as text on the way through threads and journals. A
 * text costs a third of a Buffer, which native code makes outside the heap and must be told to free.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as blakeHash from '@napi-rs/blake-hash';

// Imported, Node would search the text of a CommonJS module for its exports, in every thread anew; and
// the main thread, which takes no digests, need not load it.
let loaded: typeof blakeHash | undefined;
const blake = (): typeof blakeHash =>
  (loaded ??= createRequire(import.meta.url)('@napi-rs/blake-hash') as typeof blakeHash);

/** 'none' where nobody will ever compare: its digest is the empty text. */
export type DigestName = 'sha256' | 'blake3' | 'none';

/** 43 characters of base64url, without padding. */
export type Digest = string;

const CHARACTERS = 43;

export interface Digester {
  update(bytes: Uint8Array): void;
  finish(): Digest;
}

/** One call for what is in memory as a whole. */
export function digestOf(name: DigestName, bytes: Uint8Array): Digest {
  if (name === 'none') return '';
  return name === 'blake3'
    ? blake().blake3UrlSafeBase64(bytes).slice(0, CHARACTERS)
    : createHash('sha256').update(bytes).digest('base64url');
}

export function newDigester(name: DigestName): Digester {
  if (name === 'none') return { update: () => undefined, finish: () => '' };
  if (name === 'blake3') {
    const hasher = new (blake().Blake3Hasher)();
    return {
      update: (bytes) => void hasher.update(bytes),
      finish: () => hasher.digestBuffer().toString('base64url'),
    };
  }
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), finish: () => hash.digest('base64url') };
}

/** As catalogs have it. */
export const digestBytes = (digest: Digest): Uint8Array => Buffer.from(digest, 'base64url');
export const digestText = (bytes: Uint8Array): Digest =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
