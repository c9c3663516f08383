/** The source tree of the demo: teams with projects of a hundred entries each. */
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceTree {
  /** Number of entries below the root. */
  readonly entries: number;
  readonly bytes: number;
  /** A file that the mover may not read, from the root of the tree. */
  readonly closed: string;
}

/** The root contains only the directories 'team-0' to 'team-9'. */
export const TEAMS = 10;
const A_PROJECT = 100;
const KINDS = ['notes', 'invoice', 'Übersicht', 'scan of page', 'draft'];

/** Makes a tree of about `entries` entries. Without a link it has hard links, which SFTP does not show. */
export function makeSourceTree(root: string, entries: number, hardLinks: boolean): SourceTree {
  const content = Buffer.alloc(
    16_384,
    'What is moved must be the same afterwards, byte by byte.\n',
  );
  let made = 0;
  let bytes = 0;
  const write = (path: string, length: number, mode?: number): void => {
    writeFileSync(path, content.subarray(0, length), mode === undefined ? {} : { mode });
    made++;
    bytes += length;
  };
  for (let team = 0; team < TEAMS; team++, made++) mkdirSync(join(root, `team-${team}`));
  const closed = join('team-3', 'salaries.ods');
  write(join(root, closed), 4_321, 0o000);
  for (let project = 0; made < entries; project++) {
    const folder = join(root, `team-${project % TEAMS}`, `project-${project}`);
    mkdirSync(folder);
    for (let n = 0; n < A_PROJECT - 2 - (hardLinks ? 1 : 0); n++) {
      const name = `${KINDS[n % KINDS.length]} ${n}.txt`;
      write(join(folder, name), 40 + ((project * 131 + n * 977) % 37) ** 2 * 4);
    }
    symlinkSync('notes 0.txt', join(folder, 'latest'));
    if (hardLinks) linkSync(join(folder, 'notes 0.txt'), join(folder, 'also notes 0.txt'));
    made += hardLinks ? 3 : 2;
  }
  return { entries: made, bytes, closed };
}
