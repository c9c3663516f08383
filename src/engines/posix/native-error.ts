/** From errno to a LonghaulError, on the thread where the call failed. */
import { codeOfErrno, LonghaulError, type Code } from '../../errors.ts';
import { printable, type RawPath } from '../../paths.ts';
import { errnoName } from './sys.ts';

export type Side = 'source' | 'destination';

/** Call it directly after the call that failed. */
export function nativeError(operation: string, side: Side, path: RawPath): LonghaulError {
  const errno = errnoName();
  return new LonghaulError(
    codeOn(side, errno),
    `Cannot ${operation} ${side} ${printable(path)}: ${errno}`,
    {
      path: printable(path),
    },
  );
}

/** Absence at the destination is not the source's doing: somebody works in the tree. */
function codeOn(side: Side, errno: string): Code {
  const code = codeOfErrno(errno);
  return side === 'destination' && code === 'VANISHED' ? 'CHANGED_WHILE_COPYING' : code;
}

/** Returns `result` unless it is an error. */
export function check(result: number, operation: string, side: Side, path: RawPath): number {
  if (result < 0) throw nativeError(operation, side, path);
  return result;
}
