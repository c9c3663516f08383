import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  BATCH_ENTRIES,
  copyBatches,
  type DueEntries,
} from '../../../../src/engines/posix/steps/copy-batches.ts';

const MEBIBYTE = 2 ** 20;
const FILE = 0o100644;
const SYMLINK = 0o120777;

const entry = fc.record({
  mode: fc.constantFrom(FILE, SYMLINK),
  mebibytes: fc.constantFrom(0, 0, 0, 1, 7, 63),
  digest: fc.boolean(),
});
const tree = fc.array(fc.array(entry, { maxLength: 700, size: 'max' }), { maxLength: 6 });

test('batches hold all due entries in order, in jobs that end at a limit', () => {
  fc.assert(
    fc.property(tree, (directories) => {
      const due = directories.map((entries, d): DueEntries => {
        const names = entries.map((_, i) => `e${i}`);
        const known = names.filter((_, i) => entries[i]!.digest);
        return {
          path: `d${d}`,
          names,
          modes: entries.map(({ mode }) => mode),
          sizesBytes: entries.map(({ mebibytes }) => mebibytes * MEBIBYTE),
          digests:
            known.length > 0 ? new Map(known.map((name) => [name, `of ${name}`])) : undefined,
        };
      });

      const jobs = [...copyBatches(due)];

      const batches = jobs.flat();
      const copied = batches.flatMap(({ directory, names, modes, digests }) =>
        names.split('/').map((name, i) => [directory, name, modes[i], digests?.get(name)]),
      );
      expect(copied).toEqual(
        due.flatMap(({ path, names, modes, digests }) =>
          names.map((name, i) => [path, name, modes[i], digests?.get(name)]),
        ),
      );
      // A digest travels with its name and no other.
      for (const { names, digests } of batches)
        expect([...(digests?.keys() ?? [])].every((name) => names.split('/').includes(name))).toBe(
          true,
        );
      const sizes = new Map(
        due.flatMap(({ path, names, modes, sizesBytes }) =>
          names.map((name, i) => [`${path}/${name}`, modes[i] === FILE ? sizesBytes[i]! : 0]),
        ),
      );
      for (const [n, job] of jobs.entries()) {
        const paths = job.flatMap(({ directory, names }) =>
          names.split('/').map((name) => `${directory}/${name}`),
        );
        const bytes = paths.map((path) => sizes.get(path)!);
        const sum = (all: number[]): number => all.reduce((a, b) => a + b, 0);
        expect(paths.length).toBeLessThanOrEqual(BATCH_ENTRIES);
        expect(sum(bytes.slice(0, -1))).toBeLessThan(8 * MEBIBYTE);
        const isFull = paths.length === BATCH_ENTRIES || sum(bytes) >= 8 * MEBIBYTE;
        expect(isFull || n === jobs.length - 1).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});
