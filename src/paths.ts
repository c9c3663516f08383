/**
 * Paths inside a tree, as bytes. File names on POSIX are bytes, not text, so a path is kept as a "raw
 * path": a string in which each character is one byte (latin1). Such strings compare bytewise, work as
 * map keys, and convert to a buffer at no cost. A raw path is relative to the root of its tree, has no
 * leading or trailing slash, and '' is the root itself.
 *
 * Messages and JSON use the printable form: UTF-8 where the bytes are UTF-8, and %XX for control
 * characters, bytes that are not UTF-8, and '%' before two hex digits. It is reversible.
 */
export type RawPath = string;

export function rawFromText(text: string): RawPath {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function rawToBytes(path: RawPath): Buffer {
  return Buffer.from(path, 'latin1');
}

export function joinRaw(parent: RawPath, name: RawPath): RawPath {
  return parent === '' ? name : `${parent}/${name}`;
}

export function parentOf(path: RawPath): RawPath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function nameOf(path: RawPath): RawPath {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Returns true if `path` is `root` or is below it. */
export function isWithin(path: RawPath, root: RawPath): boolean {
  return root === '' || path === root || path.startsWith(`${root}/`);
}

/** Returns true if `path` is one of `roots` or is below one of them. */
export function isWithinAny(path: RawPath, roots: Iterable<RawPath>): boolean {
  for (const root of roots) if (isWithin(path, root)) return true;
  return false;
}

/**
 * Orders paths component by component, bytewise. A directory comes directly before its subtree, so a
 * subtree is contiguous in a sorted list ('a' < 'a/b' < 'a-b').
 */
export function comparePaths(a: RawPath, b: RawPath): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return (x === 0x2f ? -1 : x) - (y === 0x2f ? -1 : y);
  }
  return a.length - b.length;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Returns the printable form of a raw path. */
export function printable(path: RawPath): string {
  let text: string;
  try {
    text = utf8.decode(rawToBytes(path));
  } catch {
    // Not UTF-8 as a whole: only printable ASCII remains.
    return path.replace(/[^\x20-\x7e]|%(?=[0-9A-Fa-f]{2})/g, (c) => percent(c.charCodeAt(0)));
  }
  // eslint-disable-next-line no-control-regex -- control characters are what is escaped here
  return text.replace(/[\x00-\x1f\x7f]|%(?=[0-9A-Fa-f]{2})/g, (c) => percent(c.charCodeAt(0)));
}

/** Parses the printable form. Text without escapes is taken unchanged. */
export function fromPrintable(text: string): RawPath {
  return rawFromText(text.replace(/%(?![0-9A-Fa-f]{2})/g, '%25')).replace(
    /%([0-9A-Fa-f]{2})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
}
