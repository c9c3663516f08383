/**
 * A process that changes a tree as users do: node writer.js TREE CHANGES-PER-SECOND WRITING-FILE STOP-FILE.
 * WRITING-FILE exists while it works. When STOP-FILE appears, it stops between two changes and removes
 * WRITING-FILE.
 *
 * Every change is one that can be seen in a tree whose times are whole seconds: sizes only grow and
 * names are new. docs/fine-print.md says what cannot be seen there.
 */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [tree = '', perSecond = '10', writing = '', stop = ''] = process.argv.slice(2);
let changes = 0;

function some<T>(things: readonly T[]): T | undefined {
  return things[Math.floor(Math.random() * things.length)];
}

function someProject(): string | undefined {
  const team = some(readdirSync(tree));
  const project = team === undefined ? undefined : some(readdirSync(join(tree, team)));
  const path = join(tree, team ?? '', project ?? '');
  return project?.startsWith('project-') === true ? path : undefined;
}

const words = (): string => `${changes} `.repeat(50 + (changes % 500));

const ACTIONS: readonly ((file: string, project: string) => void)[] = [
  (_file, project) => writeFileSync(join(project, `new ${changes}.txt`), words()),
  (file) => appendFileSync(file, words()),
  (file) => appendFileSync(file, words()),
  // As editors save: a new file takes the old one's name.
  (file) => {
    writeFileSync(`${file}.save`, 'saved '.repeat(Math.ceil((statSync(file).size + 6) / 6)));
    renameSync(`${file}.save`, file);
  },
  (file, project) => renameSync(file, join(project, `renamed ${changes}.txt`)),
  (file) => rmSync(file),
  (file) => chmodSync(file, changes % 2 === 0 ? 0o644 : 0o664),
  (_file, project) => mkdirSync(join(project, `folder ${changes}`)),
];

function change(): void {
  const project = someProject();
  if (project === undefined) return;
  const file = some(
    readdirSync(project, { withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  if (file !== undefined) some(ACTIONS)?.(join(project, file.name), project);
}

writeFileSync(writing, `${process.pid}\n`);
while (!existsSync(stop)) {
  change();
  changes++;
  await sleep(1000 / Number(perSecond));
}
rmSync(writing);
