/** Turns errno into a LonghaulError, on the thread on which the call failed. */
import { codeOfErrno } from '../../../errors/errno.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { type Code } from '../../../errors/codes.ts';
import { printable, type RawPath } from '../../../paths.ts';
import { errnoName } from './libc.ts';

export type Side = 'source' | 'destination';

/** A path, or an object that builds it lazily: only errors need the string. */
export type Where = RawPath | { readonly path: RawPath };

export const pathOf = (where: Where): RawPath => (typeof where === 'string' ? where : where.path);

/** Creates the error of the last call. Call it directly after the call that failed. */
export function nativeError(operation: string, side: Side, where: Where): LonghaulError {
  const errno = errnoName();
  const path = printable(pathOf(where));
  const message = `Cannot ${operation} ${side} ${path}: ${errno}`;
  return new LonghaulError(codeOn(side, errno), message, { path });
}

/** A name that is missing at the destination was removed by another process, not by the source. */
function codeOn(side: Side, errno: string): Code {
  const code = codeOfErrno(errno);
  return side === 'destination' && code === 'VANISHED' ? 'CHANGED_WHILE_COPYING' : code;
}

/** Returns `result`, or throws the error of the last call if it is negative. */
export function check(result: number, operation: string, side: Side, where: Where): number {
  if (result < 0) throw nativeError(operation, side, where);
  return result;
}
