/**
 * Content digests: 32 bytes of SHA-256 or BLAKE3, encoded as text in messages and journals. A string
 * costs a third of a Buffer, which native code allocates outside the heap and frees by a finalizer.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as blakeHash from '@napi-rs/blake-hash';

// Loaded on demand: importing a CommonJS module makes Node parse it for its exports in every thread, and
// the main thread takes no digests.
let loaded: typeof blakeHash | undefined;
const blake = (): typeof blakeHash =>
  (loaded ??= createRequire(import.meta.url)('@napi-rs/blake-hash') as typeof blakeHash);

/** 'none' if nothing will be compared: its digest is the empty string. */
export type DigestName = 'sha256' | 'blake3' | 'none';

/** 43 characters of base64url, without padding. */
export type Digest = string;

const DIGEST_CHARACTERS = 43;

export interface Digester {
  update(bytes: Uint8Array): void;
  finish(): Digest;
}

/** Digests bytes that are in memory as a whole, in one call. */
export function digestOf(name: DigestName, bytes: Uint8Array): Digest {
  if (name === 'none') return '';
  return name === 'blake3'
    ? blake().blake3UrlSafeBase64(bytes).slice(0, DIGEST_CHARACTERS)
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

/** Converts a digest to the bytes that catalogs store. */
export const digestBytes = (digest: Digest): Uint8Array => Buffer.from(digest, 'base64url');
export const digestText = (bytes: Uint8Array): Digest =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
