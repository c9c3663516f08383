/** Updates the metadata of a file whose content at the destination is already current. */
import { hasSameSize, hasSameTime, statOpen } from '../native/file-stat.ts';
import { close, openat, type Block } from '../native/libc.ts';
import { copyMetadata } from '../native/metadata.ts';
import type { NameCursor } from '../native/name-cursor.ts';
import { newStatBuffer, S_IFMT, S_IFREG, statxField as field } from '../native/statx.ts';
import type { OpenPair } from './file.ts';
import { OPEN_SOURCE } from './source-entry.ts';

const destinationStat = newStatBuffer();

/**
 * Applies the source's metadata to the destination file of the current name; afterwards
 * `pair.source.stat` is the source. Returns false if the content differs: the file must be copied.
 */
export function updateMetadata(pair: OpenPair, names: NameCursor): boolean {
  const { source } = pair;
  try {
    source.open(pair.sourceFd, names.address, names);
    const to = openat(pair.destinationFd, names.address, OPEN_SOURCE, 0);
    if (to < 0) return false;
    try {
      statOpen(to, destinationStat, 'destination', names);
      if (!isSameContent(source.stat, destinationStat)) return false;
      copyMetadata(source, to, names, pair.xattrs);
      return true;
    } finally {
      close(to);
    }
  } finally {
    source.close();
  }
}

function isSameContent(source: Block, destination: Block): boolean {
  return (
    (field.mode(source) & S_IFMT) === S_IFREG &&
    (field.mode(destination) & S_IFMT) === S_IFREG &&
    hasSameSize(source, destination) &&
    hasSameTime(source, destination)
  );
}
