// The native code accepts every Uint8Array; the package's own types name Buffer only.
import '@napi-rs/blake-hash';

declare module '@napi-rs/blake-hash' {
  export function blake3UrlSafeBase64(input: Uint8Array): string;
  interface Blake3Hasher {
    update(input: Uint8Array): this;
  }
}
