/** A file whose content is the same and whose owner, mode, times or attributes are not. */
import { OPEN_SOURCE, type OpenPair } from './file.ts';
import { S_IFMT, S_IFREG } from '../native/statx.ts';
import { after, before, statOpen } from '../native/file-stat.ts';
import { copyMetadata } from '../native/metadata.ts';
import type { NameCursor } from '../native/name-cursor.ts';
import { check } from '../native/errno.ts';
import { close, openat, statxField as field } from '../native/libc.ts';

/**
 * Of the current name; what the source is, is in `before` then. False when the destination is not what
 * it was said to be: then the file is copied.
 */
export function updateMetadata(pair: OpenPair, names: NameCursor): boolean {
  const from = check(openat(pair.sourceFd, names.address, OPEN_SOURCE, 0), 'open', 'source', names);
  try {
    const to = openat(pair.destinationFd, names.address, OPEN_SOURCE, 0);
    if (to < 0) return false;
    try {
      statOpen(from, before, 'source', names);
      statOpen(to, after, 'destination', names);
      if (!sameContent()) return false;
      copyMetadata(from, to, names, true);
      return true;
    } finally {
      close(to);
    }
  } finally {
    close(from);
  }
}

function sameContent(): boolean {
  return (
    (field.mode(before) & S_IFMT) === S_IFREG &&
    (field.mode(after) & S_IFMT) === S_IFREG &&
    field.size(before) === field.size(after) &&
    field.mtimeSeconds(before) === field.mtimeSeconds(after) &&
    field.mtimeNanoseconds(before) === field.mtimeNanoseconds(after)
  );
}
