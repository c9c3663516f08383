/** From errno to a LonghaulError, on the thread where the call failed. */
import { codeOfErrno } from '../../../errors/errno.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { type Code } from '../../../errors/codes.ts';
import { printable, type RawPath } from '../../../paths.ts';
import { errnoName } from './libc.ts';

export type Side = 'source' | 'destination';

/** A path, or who can tell it: on the way of every file nobody asks. */
export type Where = RawPath | { readonly path: RawPath };

export const pathOf = (where: Where): RawPath => (typeof where === 'string' ? where : where.path);

/** Call it directly after the call that failed. */
export function nativeError(operation: string, side: Side, where: Where): LonghaulError {
  const errno = errnoName();
  const path = printable(pathOf(where));
  const message = `Cannot ${operation} ${side} ${path}: ${errno}`;
  return new LonghaulError(codeOn(side, errno), message, { path });
}

/** Absence at the destination is not the source's doing: somebody works in the tree. */
function codeOn(side: Side, errno: string): Code {
  const code = codeOfErrno(errno);
  return side === 'destination' && code === 'VANISHED' ? 'CHANGED_WHILE_COPYING' : code;
}

/** Returns `result` unless it is an error. */
export function check(result: number, operation: string, side: Side, where: Where): number {
  if (result < 0) throw nativeError(operation, side, where);
  return result;
}
