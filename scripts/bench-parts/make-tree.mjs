// A tree to measure with, the same for the same arguments: log-normal sizes (median 8 KiB), 100 files
// a directory, 20 directories a parent, several owners and modes.
import { closeSync, existsSync, fchownSync, futimesSync, mkdirSync, openSync } from 'node:fs';
import { renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const MEDIAN_BYTES = 8192;
const SIGMA = 0.7;
const MODES = [0o644, 0o600, 0o640, 0o755];
const SINCE = 1_600_000_000;

/** xorshift32: numbers in [0, 1). */
function randomNumbers(seed) {
  let state = (0x9e3779b9 ^ seed) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** Makes `path` unless it is there whole. */
export function makeTree(path, files, seed = 1) {
  if (existsSync(path)) return;
  const random = randomNumbers(seed);
  const normal = () =>
    Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  const content = Buffer.alloc(8 * 2 ** 20);
  for (let i = 0; i < content.length; i += 4) content.writeUInt32LE((random() * 2 ** 32) >>> 0, i);
  const partial = `${path}.partial`;
  rmSync(partial, { recursive: true, force: true });
  for (let i = 0; i < files; i++) {
    const leaf = Math.floor(i / 100);
    const folder = join(partial, `a${Math.floor(leaf / 20)}`, `b${leaf % 20}`);
    if (i % 100 === 0) mkdirSync(folder, { recursive: true });
    const size = Math.max(1, Math.round(MEDIAN_BYTES * Math.exp(SIGMA * normal())));
    const mode = MODES[Math.floor(random() * MODES.length)];
    const fd = openSync(join(folder, `file-${String(i).padStart(7, '0')}.dat`), 'wx', mode);
    const start = Math.floor(random() * (content.length - size));
    writeSync(fd, content, start, Math.min(size, content.length - start));
    if (process.getuid() === 0)
      fchownSync(fd, 1000 + Math.floor(random() * 5), 1000 + Math.floor(random() * 3));
    futimesSync(fd, SINCE, SINCE + random() * 1e8);
    closeSync(fd);
  }
  renameSync(partial, path);
}
