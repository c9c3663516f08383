/** Content digests: 32 bytes of SHA-256 or BLAKE3. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type * as blakeHash from '@napi-rs/blake-hash';

// Imported, Node would search the text of a CommonJS module for its exports, in every thread anew.
const { blake3, Blake3Hasher } = createRequire(import.meta.url)(
  '@napi-rs/blake-hash',
) as typeof blakeHash;

export type DigestName = 'sha256' | 'blake3';

export interface Digester {
  update(bytes: Uint8Array): void;
  finish(): Buffer;
}

/** One call for what is in memory as a whole. */
export function digestOf(name: DigestName, bytes: Uint8Array): Buffer {
  return name === 'blake3' ? blake3(bytes) : createHash('sha256').update(bytes).digest();
}

export function newDigester(name: DigestName): Digester {
  if (name === 'blake3') {
    const hasher = new Blake3Hasher();
    return { update: (bytes) => void hasher.update(bytes), finish: () => hasher.digestBuffer() };
  }
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), finish: () => hash.digest() };
}
