/** A file whose content is the same and whose owner, mode, times or attributes are not. */
import { joinRaw, type RawPath } from '../../paths.ts';
import { OPEN_SOURCE, type Copied, type OpenPair } from './copy-file.ts';
import type { Digest } from './digest.ts';
import { S_IFMT, S_IFREG } from './entry-stat.ts';
import { after, before, fileStat, statOpen } from './file-stat.ts';
import { setMetadata } from './metadata.ts';
import { check } from './native-error.ts';
import { nameAddress } from './native-names.ts';
import { close, openat, statxField as field } from './sys.ts';
import { copyXattrs } from './xattrs.ts';

/** undefined when the destination is not what it was said to be: then the file is copied. */
export function updateMetadata(pair: OpenPair, name: RawPath, digest: Digest): Copied | undefined {
  const path = joinRaw(pair.directory, name);
  const from = check(
    openat(pair.sourceFd, nameAddress(name), OPEN_SOURCE, 0),
    'open',
    'source',
    path,
  );
  try {
    const to = openat(pair.destinationFd, nameAddress(name), OPEN_SOURCE, 0);
    if (to < 0) return undefined;
    try {
      statOpen(from, before, 'source', path);
      statOpen(to, after, 'destination', path);
      if (!sameContent()) return undefined;
      copyXattrs(from, to, path, true);
      setMetadata(to, before, path);
      return { outcome: 'copied', stat: fileStat(before), digest };
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
