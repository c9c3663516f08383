/** struct statx: reading single words gives the same values as the readers of its fields. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PartEncoder } from '../../../../src/catalog/codec.ts';
import type { Block } from '../../../../src/engines/posix/native/libc.ts';
import {
  emptyEntryFields,
  newStatBuffer,
  readEntryFields,
  statxField as field,
} from '../../../../src/engines/posix/native/statx.ts';
import { isUnchanged } from '../../../../src/engines/posix/native/file-stat.ts';

const [a, b] = [newStatBuffer(), newStatBuffer()];
const small = fc.constantFrom(0, 1, 2 ** 18, 2 ** 21 - 1, 2 ** 21, 2 ** 32 - 1);
const words = fc.array(fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), small), {
  minLength: 64,
  maxLength: 64,
});

function fill({ u32 }: Block, values: readonly number[]): void {
  for (let i = 0; i < 64; i++) u32[i] = values[i]!;
}

/** Reads each field by its reader. */
const named = (block: Block) => ({
  name: 'x',
  mode: field.mode(block),
  sizeBytes: field.size(block),
  mtimeSeconds: field.mtimeSeconds(block),
  mtimeNanoseconds: field.mtimeNanoseconds(block),
  ctimeSeconds: field.ctimeSeconds(block),
  ctimeNanoseconds: field.ctimeNanoseconds(block),
  inode: field.inode(block),
  nlink: field.nlink(block),
  uid: field.uid(block),
  gid: field.gid(block),
});

test('the fields of an entry equal those of the readers, and a numeric inode is encoded like a BigInt', () => {
  fc.assert(
    fc.property(words, (values) => {
      fill(a, values);
      const fields = emptyEntryFields('x');
      readEntryFields(a, fields);

      expect({ ...fields, inode: BigInt(fields.inode) }).toEqual(named(a));
      const [one, other] = [new PartEncoder(), new PartEncoder()];
      one.append(fields, 0);
      other.append(named(a), 0);
      expect(Buffer.from(one.out.written())).toEqual(Buffer.from(other.out.written()));
    }),
  );
});

test('a file is unchanged if inode, size and times are equal', () => {
  const moment = ({ inode, sizeBytes, ...times }: ReturnType<typeof named>) => {
    const { mtimeSeconds, mtimeNanoseconds, ctimeSeconds, ctimeNanoseconds } = times;
    return [inode, sizeBytes, mtimeSeconds, mtimeNanoseconds, ctimeSeconds, ctimeNanoseconds];
  };
  fc.assert(
    fc.property(words, fc.nat({ max: 63 }), (values, changed) => {
      // Small numbers, which a double holds exactly.
      const exact = values.map((value) => value % 1000);
      fill(a, exact);
      fill(b, exact.with(changed, exact[changed]! + 1));

      const same = String(moment(named(a))) === String(moment(named(b)));
      expect(isUnchanged(a, b)).toBe(same);
    }),
    { numRuns: 500 },
  );
});
