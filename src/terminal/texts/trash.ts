/** The contents of a migration's trash as text. */
import type { Trash } from '../../engines/posix/standalone/trash.ts';
import { toMinute } from './moments.ts';

/** Returns a line for each round that moved something there: its folder, and until when it is kept. */
export function trashText({ path, rounds }: Trash, keepForMs: number): readonly string[] {
  return rounds.map(({ round, movedMs }) => {
    const until = toMinute(new Date(movedMs + keepForMs).toISOString());
    return `${path}/${round}  kept until ${until} UTC`;
  });
}
