/** Names of directories that fit into a column of a table. */
import { printable, type RawPath } from '../../paths.ts';

const MAX_LENGTH = 60;

/** Formats a path from the root of the tree, '/'. A long path loses its middle: `/deep/a/…/y/z`. */
export function rootLabel(root: RawPath): string {
  const whole = `/${printable(root)}`;
  if (whole.length <= MAX_LENGTH) return whole;
  const parts = whole.slice(1).split('/');
  const half = (MAX_LENGTH - 3) / 2;
  const head = fitting(parts, half);
  const tail = fitting(parts.slice(head.length).reverse(), half).reverse();
  if (head.length + tail.length < 2) return `${whole.slice(0, MAX_LENGTH - 1)}…`;
  return ['', ...head, '…', ...tail].join('/');
}

/** Returns as many of the first parts as fit into `width` characters. */
function fitting(parts: readonly string[], width: number): string[] {
  let used = 0;
  const end = parts.findIndex((part) => (used += part.length + 1) > width);
  return parts.slice(0, end < 0 ? parts.length : end);
}
