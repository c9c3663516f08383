/** A directory of the tree in a column of a table. */
import { printable, type RawPath } from '../../paths.ts';

const LONGEST = 60;

/** From the root of the tree, '/'; a long one without its middle: `/deep/a/…/y/z`. */
export function rootLabel(root: RawPath): string {
  const whole = `/${printable(root)}`;
  if (whole.length <= LONGEST) return whole;
  const parts = whole.slice(1).split('/');
  const half = (LONGEST - 3) / 2;
  const head = fitting(parts, half);
  const tail = fitting(parts.slice(head.length).reverse(), half).reverse();
  if (head.length + tail.length < 2) return `${whole.slice(0, LONGEST - 1)}…`;
  return ['', ...head, '…', ...tail].join('/');
}

/** As many of the first parts as `width` characters hold. */
function fitting(parts: readonly string[], width: number): string[] {
  let used = 0;
  const end = parts.findIndex((part) => (used += part.length + 1) > width);
  return parts.slice(0, end < 0 ? parts.length : end);
}
