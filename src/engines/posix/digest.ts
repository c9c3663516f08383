/** Content digests: 32 bytes of SHA-256 or BLAKE3. */
import { createHash } from 'node:crypto';
import { blake3, Blake3Hasher } from '@napi-rs/blake-hash';

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
