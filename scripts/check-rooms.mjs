// Checks how src/ is arranged. Each rule says why it exists, and each violation says where.
// Usage: node scripts/check-rooms.mjs [PATH…]   (with paths: only violations below these paths are shown)
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const MAX_FILES_PER_FOLDER = 18;
const MAX_LINES_PER_FILE = 300;

/**
 * The floors, from the ground up. A room imports only from rooms on lower floors. A key is a folder whose
 * entries the list arranges; a folder that is not listed in it (or a file) has no floor of its own.
 */
export const FLOORS = {
  src: [
    ['errors', 'paths.ts', 'units.ts'],
    ['model'],
    ['policy', 'config.ts'],
    ['spec', 'log.ts'],
    ['state', 'protocol', 'sandbox'],
    ['catalog', 'aws', 'workflows'],
    ['ledger'],
    ['engines'],
    ['activities', 'temporal'],
    ['client', 'workers'],
    ['terminal'],
    ['demo'],
    ['cli'],
  ],
  'src/engines': [['engine.ts'], ['posix', 'datasync']],
  'src/engines/posix': [
    ['native', 'threads', 'preflight.ts'],
    ['tree'],
    ['round'],
    ['write'],
    ['jobs'],
    ['pool'],
    ['steps'],
    ['standalone'],
    ['engine.ts'],
  ],
  'src/engines/datasync': [['service'], ['evidence', 'executions'], ['steps'], ['engine.ts']],
  'src/policy': [
    ['chunks'],
    ['datasync', 'rounds'],
    ['iam', 'assess', 'link'],
    ['provision'],
    ['account'],
  ],
  'src/workflows': [['runtime'], ['chunk', 'provision.ts'], ['round'], ['migration'], ['index.ts']],
  'src/sandbox': [['wire'], ['world'], ['account', 'datasync', 's3'], ['efs'], ['sandbox.ts']],
};

/** Every TypeScript file below src/, with its text and the files it imports. */
function readSources() {
  return readdirSync(join(root, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => {
      const path = join('src', name);
      const text = readFileSync(join(root, path), 'utf8');
      const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^'\n]+)'/g)];
      return { path, text, imports: imports.map(([, to]) => join(dirname(path), to)) };
    });
}

/** "An import leads down": otherwise no floor can be understood without those above it. */
function importsThatLeadUp(sources) {
  return sources.flatMap(({ path, imports }) =>
    imports.flatMap((imported) => {
      const folder = commonFolder(path, imported);
      const [from, to] = [floorIn(folder, path), floorIn(folder, imported)];
      if (from === undefined || to === undefined || from > to) return [];
      return [`${path}: imports ${imported}, which is not on a lower floor of ${folder}/`];
    }),
  );
}

function floorIn(folder, path) {
  const entry = relative(folder, path).split('/')[0];
  const floor = FLOORS[folder]?.findIndex((entries) => entries.includes(entry));
  return floor === -1 ? undefined : floor;
}

function commonFolder(one, other) {
  let folder = dirname(one);
  while (!other.startsWith(`${folder}/`)) folder = dirname(folder);
  return folder;
}

/** "No loop of folders": rooms in a loop are one room. The file in which each edge begins is named. */
function folderLoops(sources) {
  const edges = new Map();
  for (const { path, imports } of sources) {
    for (const to of imports.map((imported) => dirname(imported))) {
      const from = dirname(path);
      if (from === to || from === 'src') continue;
      if (!edges.has(from)) edges.set(from, new Map());
      if (!edges.get(from).has(to)) edges.get(from).set(to, path);
    }
  }
  const reaches = (from, to, seen = new Set()) =>
    [...(edges.get(from)?.keys() ?? [])].some(
      (next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))),
    );
  return [...edges].flatMap(([from, targets]) =>
    [...targets].flatMap(([to, path]) =>
      reaches(to, from) ? [`${path}: the folders ${from} and ${to} import each other`] : [],
    ),
  );
}

/** "A folder fits on one screen." */
function wideFolders(sources) {
  const counts = new Map();
  for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > MAX_FILES_PER_FOLDER)
    .map(([folder, count]) => `${folder}: ${count} files, more than ${MAX_FILES_PER_FOLDER}`);
}

/** "A file is one concern." Raw lines, comments and blank lines included. */
function longFiles(sources) {
  return sources.flatMap(({ path, text }) => {
    const count = text.split('\n').length - 1;
    return count > MAX_LINES_PER_FILE
      ? [`${path}: ${count} lines, more than ${MAX_LINES_PER_FILE}`]
      : [];
  });
}

/** "No exported mutable state": a reader of one file could not know who else writes. */
const MUTABLE_EXPORT =
  /^export (let |const \w+(: (?!Readonly)[^=]+)? = (new (Map|Set|\w*Array|DataView)\b|\[\];|allocate\())/;

/** "A doc comment begins with a verb or a condition": a noun clause hides the subject. */
const NOUN_CLAUSE = /^\s*\/\*\*( (Of|The same|As it|What|Whoever)\b|$)/;
const NOUN_CLAUSE_BELOW = /^\s*\* (Of|The same|As it|What|Whoever)\b/;

function badLines(sources) {
  return sources.flatMap(({ path, text }) => {
    const lines = text.split('\n');
    return lines.flatMap((line, i) => {
      if (MUTABLE_EXPORT.test(line)) return [`${path}:${i + 1}: exports mutable state: ${line}`];
      const opening = line.trim() === '/**' ? lines[i + 1] : line;
      const isNounClause =
        NOUN_CLAUSE.test(line) && (line.trim() !== '/**' || NOUN_CLAUSE_BELOW.test(opening ?? ''));
      return isNounClause
        ? [`${path}:${i + 1}: a doc comment begins with a noun clause: ${opening.trim()}`]
        : [];
    });
  });
}

export function violations(sources = readSources()) {
  return [importsThatLeadUp, folderLoops, wideFolders, longFiles, badLines].flatMap((rule) =>
    rule(sources),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const below = process.argv.slice(2).map((path) => relative(root, join(process.cwd(), path)));
  const found = violations().filter(
    (line) => below.length === 0 || below.some((path) => line.startsWith(path)),
  );
  for (const line of found) console.error(line);
  if (found.length > 0) process.exitCode = 1;
}
